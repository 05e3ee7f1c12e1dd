// A Java object for a broker that runs in another process: it knows where that is, and settings made
// here are made there. What can only be seen inside a Java broker is refused.

package org.apache.rocketmq.test.base;

import java.lang.reflect.Proxy;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.store.MessageStore;
import org.apache.rocketmq.store.config.MessageStoreConfig;

public class BrokerFace extends BrokerController {
    private BrokerFace(BrokerConfig broker, NettyServerConfig server, MessageStoreConfig store) {
        super(broker, server, new NettyClientConfig(), store);
    }

    static BrokerController of(String namesrv, String name, String host, int port) {
        BrokerConfig broker = new Settings(namesrv, host + ":" + port);
        broker.setBrokerName(name);
        broker.setBrokerIP1(host);
        broker.setListenPort(port);
        broker.setNamesrvAddr(namesrv);
        NettyServerConfig server = new NettyServerConfig();
        server.setListenPort(port);
        MessageStoreConfig store = new MessageStoreConfig();
        store.setStorePathRootDir(System.getProperty("java.io.tmpdir") + "/face-" + name);
        BrokerController face = new BrokerFace(broker, server, store);
        face.getBrokerOuterAPI().updateNameServerAddressList(namesrv);
        face.getBrokerOuterAPI().start();
        return face;
    }

    static UnsupportedOperationException unreachable(String what) {
        return new UnsupportedOperationException("the broker is another process: the test " + what);
    }

    /** Of a store that keeps its queues and its index in step with its log. */
    @Override
    public MessageStore getMessageStore() {
        Class<?>[] faces = {MessageStore.class};
        return (MessageStore) Proxy.newProxyInstance(getClass().getClassLoader(), faces,
            (proxy, method, args) -> {
                if (method.getName().equals("dispatchBehindBytes")) {
                    return 0L;
                }
                throw unreachable("calls MessageStore." + method.getName());
            });
    }

    /** The broker tells the name server of its topics itself. */
    @Override
    public void registerBrokerAll(boolean order, boolean oneway, boolean force) {
    }

    @Override
    public void shutdown() {
        throw unreachable("stops a Java broker");
    }

    private static class Settings extends BrokerConfig {
        private final String namesrv;
        private final String address;

        Settings(String namesrv, String address) {
            this.namesrv = namesrv;
            this.address = address;
        }

        private void tell(String key, Object value) {
            Telling.broker(namesrv, address, key, value);
        }

        @Override
        public void setEnablePopBufferMerge(boolean value) {
            super.setEnablePopBufferMerge(value);
            tell("enablePopBufferMerge", value);
        }

        @Override
        public void setUseServerSideResetOffset(boolean value) {
            super.setUseServerSideResetOffset(value);
            tell("useServerSideResetOffset", value);
        }

        @Override
        public void setEnableSingleTopicRegister(boolean value) {
            super.setEnableSingleTopicRegister(value);
            tell("enableSingleTopicRegister", value);
        }

        @Override
        public void setEnableSplitRegistration(boolean value) {
            super.setEnableSplitRegistration(value);
            tell("enableSplitRegistration", value);
        }

        @Override
        public void setPopFromRetryProbabilityForPriority(int value) {
            super.setPopFromRetryProbabilityForPriority(value);
            tell("popFromRetryProbabilityForPriority", value);
        }

        @Override
        public void setUseSeparateRetryQueue(boolean value) {
            super.setUseSeparateRetryQueue(value);
            tell("useSeparateRetryQueue", value);
        }

        @Override
        public void setPopConsumerKVServiceEnable(boolean value) {
            super.setPopConsumerKVServiceEnable(value);
            tell("popConsumerKVServiceEnable", value);
        }

        @Override
        public void setPriorityOrderAsc(boolean value) {
            super.setPriorityOrderAsc(value);
            tell("priorityOrderAsc", value);
        }
    }
}
