// Changes settings of the servers under test, and asks them.

package org.apache.rocketmq.test.base;

import java.util.Collections;
import java.util.Properties;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

final class Telling {
    private static DefaultMQAdminExt admin;

    private Telling() {
    }

    static void namesrv(String address, String key, Object value) {
        try {
            admin(address).updateNameServerConfig(of(key, value), Collections.singletonList(address));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static void broker(String namesrv, String address, String key, Object value) {
        try {
            admin(namesrv).updateBrokerConfig(address, of(key, value));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Properties of(String key, Object value) {
        Properties properties = new Properties();
        properties.setProperty(key, String.valueOf(value));
        return properties;
    }

    /** Of the name server under test. */
    static DefaultMQAdminExt admin() throws Exception {
        return admin(System.getProperty("suite.namesrv"));
    }

    private static synchronized DefaultMQAdminExt admin(String namesrv) throws Exception {
        if (admin == null) {
            admin = new DefaultMQAdminExt(3000);
            admin.setNamesrvAddr(namesrv);
            admin.setInstanceName("suite-settings");
            admin.start();
        }
        return admin;
    }
}
