// A Java object for a broker that runs in another process: it knows where that is, and settings made
// here are made there. What can only be seen inside a Java broker is refused.

package org.apache.rocketmq.test.base;

import java.lang.reflect.Proxy;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.broker.offset.ConsumerOffsetManager;
import org.apache.rocketmq.client.exception.OffsetNotFoundException;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.remoting.protocol.admin.OffsetWrapper;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;
import org.apache.rocketmq.store.MessageStore;
import org.apache.rocketmq.store.config.MessageStoreConfig;

public class BrokerFace extends BrokerController {
    private final ConsumerOffsetManager offsets = new Offsets();

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
        MessageStoreConfig store = new StoreSettings(namesrv, host + ":" + port);
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
                switch (method.getName()) {
                    case "dispatchBehindBytes":
                        return 0L;
                    case "getMaxOffsetInQueue":
                        return Telling.admin().maxOffset(queue((String) args[0], (int) args[1]));
                    default:
                        throw unreachable("calls MessageStore." + method.getName());
                }
            });
    }

    private MessageQueue queue(String topic, int queueId) {
        return new MessageQueue(topic, getBrokerConfig().getBrokerName(), queueId);
    }

    /** Java's constructor asks for it too. */
    @Override
    public ConsumerOffsetManager getConsumerOffsetManager() {
        return offsets == null ? super.getConsumerOffsetManager() : offsets;
    }

    private class Offsets extends ConsumerOffsetManager {
        /** Asked at once: cases compare it with what they heard just before, while clients commit. */
        @Override
        public long queryOffset(String group, String topic, int queueId) {
            QueryConsumerOffsetRequestHeader header = new QueryConsumerOffsetRequestHeader();
            header.setConsumerGroup(group);
            header.setTopic(topic);
            header.setQueueId(queueId);
            header.setSetZeroIfNotFound(false);
            try {
                return Telling.admin().getDefaultMQAdminExtImpl().getMqClientInstance()
                    .getMQClientAPIImpl().queryConsumerOffset(getBrokerAddr(), header, 5000);
            } catch (OffsetNotFoundException e) {
                return -1;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long queryPullOffset(String group, String topic, int queueId) {
            OffsetWrapper offset = of(group, topic, queueId);
            return offset == null ? -1 : offset.getPullOffset();
        }

        private OffsetWrapper of(String group, String topic, int queueId) {
            try {
                return Telling.admin().examineConsumeStats(group, topic).getOffsetTable()
                    .get(queue(topic, queueId));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The broker tells the name server of its topics itself. */
    @Override
    public void registerBrokerAll(boolean order, boolean oneway, boolean force) {
    }

    @Override
    public void shutdown() {
        throw unreachable("stops a Java broker");
    }

    private static class StoreSettings extends MessageStoreConfig {
        private final String namesrv;
        private final String address;

        StoreSettings(String namesrv, String address) {
            this.namesrv = namesrv;
            this.address = address;
        }

        @Override
        public void setAppendTopicForTimerDeleteKey(boolean value) {
            super.setAppendTopicForTimerDeleteKey(value);
            Telling.broker(namesrv, address, "appendTopicForTimerDeleteKey", value);
        }
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
