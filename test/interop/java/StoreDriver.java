// Opens a store directory with RocketMQ's own DefaultMessageStore, says what it holds as lines of
// JSON, may append messages, and stops properly or not at all.
// Topics of batches are those whose name begins with Batch.
// Usage: StoreDriver DIR read|append:COUNT|both:COUNT stop|halt [property=value ...]

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.*;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.apache.rocketmq.store.*;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.queue.ConsumeQueueInterface;
import org.apache.rocketmq.store.queue.CqUnit;
import org.apache.rocketmq.store.stats.BrokerStatsManager;

public class StoreDriver {
    /** What fails ends the process, whichever threads the store has left. */
    public static void main(String[] args) {
        try {
            run(args);
        } catch (Throwable failure) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(2);
        }
    }

    private static void run(String[] args) throws Exception {
        MessageStoreConfig config = new MessageStoreConfig();
        Properties properties = new Properties();
        properties.setProperty("storePathRootDir", args[0]);
        properties.setProperty("storePathCommitLog", args[0] + "/commitlog");
        properties.setProperty("timerWheelEnable", "false");
        properties.setProperty("haListenPort", "0");
        for (int i = 3; i < args.length; i++) {
            int at = args[i].indexOf('=');
            properties.setProperty(args[i].substring(0, at), args[i].substring(at + 1));
        }
        MixAll.properties2Object(properties, config);
        BrokerConfig broker = new BrokerConfig();
        DefaultMessageStore store = new DefaultMessageStore(config, new BrokerStatsManager(broker),
            (topic, queue, offset, tags, time, bits, props) -> { }, broker, topics());
        // stands for the broker's filters of its consumers
        if (config.isEnableConsumeQueueExt()) {
            store.getDispatcherList().addFirst(request -> {
                String unique = request.getPropertiesMap().get("UNIQ_KEY");
                if (unique != null) request.setBitMap(new byte[] {1, (byte) unique.hashCode()});
            });
        }
        if (!store.load()) {
            System.out.println("{\"refused\":true}");
            System.exit(1);
        }
        store.start();
        while (store.dispatchBehindBytes() > 0) Thread.sleep(10);
        String[] task = args[1].split(":");
        if (!task[0].equals("append")) read(store);
        if (!task[0].equals("read")) append(store, Integer.parseInt(task[1]));
        System.out.flush();
        if (args[2].equals("halt")) Runtime.getRuntime().halt(0);
        store.shutdown();
        System.exit(0);
    }

    static ConcurrentMap<String, TopicConfig> topics() {
        ConcurrentMap<String, TopicConfig> topics = new ConcurrentHashMap<>();
        for (String name : new String[] {"Batches", "BatchesOfJava"}) {
            TopicConfig topic = new TopicConfig(name, 4, 4);
            topic.setAttributes(new HashMap<>(Map.of("queue.type", "BatchCQ")));
            topics.put(name, topic);
        }
        return topics;
    }

    static byte[] batch(int first, int count) throws Exception {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) messages.add(new Message("BatchesOfJava", ("inner " + (first + i)).getBytes()));
        return MessageDecoder.encodeMessages(messages);
    }

    static void append(DefaultMessageStore store, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            MessageExtBrokerInner message = new MessageExtBrokerInner();
            boolean batch = i % 3 == 2;
            message.setTopic(batch ? "BatchesOfJava" : "JavaTopic");
            message.setQueueId(i % 2);
            message.setBody(("java " + i + "x".repeat(i % 700)).getBytes());
            if (batch) {
                message.setBody(batch(i, 1 + i % 4));
                message.setSysFlag(MessageSysFlag.INNER_BATCH_FLAG | MessageSysFlag.NEED_UNWRAP_FLAG);
                MessageAccessor.putProperty(message, "INNER_NUM", String.valueOf(1 + i % 4));
            }
            message.setBornTimestamp(1700000000000L);
            message.setBornHost(new InetSocketAddress("127.0.0.1", 4711));
            message.setStoreHost(new InetSocketAddress("127.0.0.1", 10911));
            MessageAccessor.putProperty(message, "UNIQ_KEY", "JAVA" + i);
            message.setKeys("java-key-" + i);
            message.setTags("Java");
            message.setPropertiesString(MessageDecoder.messageProperties2String(message.getProperties()));
            if (store.putMessage(message).getPutMessageStatus() != PutMessageStatus.PUT_OK) throw new Error("put");
        }
        while (store.dispatchBehindBytes() > 0) Thread.sleep(10);
    }

    static void read(DefaultMessageStore store) {
        System.out.println("{\"minPhyOffset\":" + store.getMinPhyOffset() + ",\"maxPhyOffset\":" + store.getMaxPhyOffset() + "}");
        for (String topic : new TreeSet<>(store.getConsumeQueueTable().keySet())) {
            for (Integer id : new TreeSet<>(store.getConsumeQueueTable().get(topic).keySet())) {
                ConsumeQueueInterface queue = store.getConsumeQueueTable().get(topic).get(id);
                System.out.println("{\"topic\":\"" + topic + "\",\"queueId\":" + id + ",\"min\":" + queue.getMinOffsetInQueue()
                    + ",\"max\":" + queue.getMaxOffsetInQueue() + "}");
                for (long at = queue.getMinOffsetInQueue(); at < queue.getMaxOffsetInQueue();) {
                    GetMessageResult got = store.getMessage("g", topic, id, at, 32, null);
                    for (SelectMappedBufferResult one : got.getMessageMapedList()) message(store, topic, id, one);
                    got.release();
                    if (got.getNextBeginOffset() <= at) throw new Error("stuck " + got.getStatus());
                    at = got.getNextBeginOffset();
                }
            }
        }
    }

    static void message(DefaultMessageStore store, String topic, int id, SelectMappedBufferResult one) {
        MessageExt message = MessageDecoder.decode(one.getByteBuffer().duplicate(), true, false);
        String unique = message.getProperty("UNIQ_KEY");
        StringBuilder hits = new StringBuilder();
        if (unique != null) {
            QueryMessageResult found = store.queryMessage(topic, unique, 8, 0, Long.MAX_VALUE);
            for (ByteBuffer hit : found.getMessageBufferList()) {
                if (hits.length() > 0) hits.append(',');
                hits.append(hit.getLong(28));
            }
            found.release();
        }
        ConsumeQueueInterface queue = store.getConsumeQueueTable().get(topic).get(id);
        CqUnit unit = queue.get(message.getQueueOffset());
        byte[] bits = unit.getCqExtUnit() == null ? null : unit.getCqExtUnit().getFilterBitMap();
        System.out.println("{\"topic\":\"" + topic + "\",\"queueId\":" + id + ",\"queueOffset\":" + message.getQueueOffset()
            + ",\"physicalOffset\":" + message.getCommitLogOffset() + ",\"size\":" + message.getStoreSize()
            + ",\"tagsCode\":\"" + unit.getTagsCode() + "\""
            + ",\"filterBits\":\"" + (bits == null ? "" : HexFormat.of().formatHex(bits)) + "\""
            + ",\"bodyHash\":" + Arrays.hashCode(message.getBody()) + ",\"storeTimestamp\":" + message.getStoreTimestamp()
            + ",\"hits\":[" + hits + "]}");
    }
}
