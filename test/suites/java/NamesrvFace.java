// A Java object for a name server that runs in another process: it knows where that is, and settings
// made here are made there.

package org.apache.rocketmq.test.base;

import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;

public class NamesrvFace extends NamesrvController {
    private final NamesrvConfig settings;

    public NamesrvFace(String address) {
        super(new NamesrvConfig(), listeningOn(address));
        settings = new Settings(address);
    }

    @Override
    public NamesrvConfig getNamesrvConfig() {
        return settings;
    }

    private static NettyServerConfig listeningOn(String address) {
        NettyServerConfig config = new NettyServerConfig();
        config.setListenPort(Integer.parseInt(address.substring(address.indexOf(':') + 1)));
        return config;
    }

    private static class Settings extends NamesrvConfig {
        private final String address;

        Settings(String address) {
            this.address = address;
        }

        @Override
        public void setDeleteTopicWithBrokerRegistration(boolean value) {
            super.setDeleteTopicWithBrokerRegistration(value);
            Telling.namesrv(address, "deleteTopicWithBrokerRegistration", value);
        }
    }
}
