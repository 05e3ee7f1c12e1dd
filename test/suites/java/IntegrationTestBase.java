// Stands before the class of this name in Apache RocketMQ's integration tests, which starts Java
// servers in the tests' own process: here the servers run already, and the tests get faces of them.

package org.apache.rocketmq.test.base;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.attribute.CQType;
import org.apache.rocketmq.common.attribute.TopicMessageType;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.test.util.MQAdminTestUtils;

public class IntegrationTestBase {
    public static volatile int commitLogSize = 1024 * 1024 * 100;

    private static final int TOPIC_WAIT_SECONDS = 30;
    private static final AtomicInteger FACES = new AtomicInteger();

    public static NamesrvController createAndStartNamesrv() {
        return new NamesrvFace(System.getProperty("suite.namesrv"));
    }

    /** The next of the brokers in the property, each `name=host:port`. */
    public static BrokerController createAndStartBroker(String namesrv) {
        String[] brokers = System.getProperty("suite.brokers").split(",");
        String[] words = brokers[FACES.getAndIncrement()].split("[=:]");
        return BrokerFace.of(namesrv, words[0], words[1], Integer.parseInt(words[2]));
    }

    public static BrokerController createAndStartBroker(MessageStoreConfig store, BrokerConfig broker) {
        throw BrokerFace.unreachable("starts a Java broker");
    }

    public static void initMQAdmin(String namesrv) {
        try {
            MQAdminTestUtils.startAdmin(namesrv);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static boolean initTopic(String topic, String namesrv, String cluster, CQType queues) {
        return initTopic(topic, namesrv, cluster, BaseConf.QUEUE_NUMBERS, queues);
    }

    public static boolean initTopic(String topic, String namesrv, String cluster,
        TopicMessageType type) {
        return initTopic(topic, namesrv, cluster, BaseConf.QUEUE_NUMBERS, CQType.SimpleCQ, type);
    }

    public static boolean initTopic(String topic, String namesrv, String cluster, int count,
        CQType queues) {
        return initTopic(topic, namesrv, cluster, count, queues, TopicMessageType.NORMAL);
    }

    public static boolean initTopic(String topic, String namesrv, String cluster, int count,
        CQType queues, TopicMessageType type) {
        return initTopic(topic, namesrv, cluster, count, queues, type, null);
    }

    public static boolean initTopic(String topic, String namesrv, String cluster, int count,
        CQType queues, TopicMessageType type, Long liteExpiration) {
        Map<String, String> attributes = new HashMap<>();
        if (queues != CQType.SimpleCQ) {
            attributes.put("+queue.type", queues.toString());
        }
        if (type != TopicMessageType.NORMAL) {
            attributes.put("+message.type", type.toString());
        }
        if (type == TopicMessageType.LITE && liteExpiration != null) {
            attributes.put("+lite.topic.expiration", liteExpiration.toString());
        }
        return MQAdminTestUtils.createTopic(namesrv, cluster, topic, count, attributes,
            TOPIC_WAIT_SECONDS);
    }
}
