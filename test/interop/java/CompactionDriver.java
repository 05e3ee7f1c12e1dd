// Opens a store directory with RocketMQ's own DefaultMessageStore and reads a compacted queue; may
// append messages and wait until they are compacted; stops properly or not at all.
// Usage: CompactionDriver DIR TOPIC FROM TO KEYS stop|halt [property=value ...]

import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.*;
import org.apache.rocketmq.store.*;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.stats.BrokerStatsManager;

public class CompactionDriver {
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
        for (int i = 6; i < args.length; i++) {
            int at = args[i].indexOf('=');
            properties.setProperty(args[i].substring(0, at), args[i].substring(at + 1));
        }
        MixAll.properties2Object(properties, config);
        String topic = args[1];
        TopicConfig topicConfig = new TopicConfig(topic, 1, 1);
        topicConfig.setAttributes(new HashMap<>(Map.of("cleanup.policy", "COMPACTION")));
        ConcurrentHashMap<String, TopicConfig> topics = new ConcurrentHashMap<>(Map.of(topic, topicConfig));
        BrokerConfig broker = new BrokerConfig();
        DefaultMessageStore store = new DefaultMessageStore(config, new BrokerStatsManager(broker),
            (t, queue, offset, tags, time, bits, props) -> { }, broker, topics);
        if (!store.load()) {
            System.out.println("{\"refused\":true}");
            System.exit(1);
        }
        store.start();
        while (store.dispatchBehindBytes() > 0) Thread.sleep(10);
        read(store, topic, "found");
        int from = Integer.parseInt(args[2]);
        int to = Integer.parseInt(args[3]);
        File positions = new File(args[0] + "/compaction/position-checkpoint");
        String before = textOf(positions);
        for (int i = from; i < to; i++) put(store, topic, i, Integer.parseInt(args[4]));
        // Behind the dispatch there is one more thread, that writes what is compacted.
        while (to > from && endOf(store, topic) < to) Thread.sleep(10);
        for (String now = before; to > from && (now.isEmpty() || now.equals(before)); now = textOf(positions)) {
            Thread.sleep(50);
        }
        if (to > from) read(store, topic, "left");
        System.out.flush();
        if (args[5].equals("halt")) Runtime.getRuntime().halt(0);
        store.shutdown();
        System.exit(0);
    }

    /** Empty while there is none: for a moment RocketMQ removes the file before it writes it anew. */
    private static String textOf(File file) throws Exception {
        try {
            return Files.readString(file.toPath());
        } catch (java.nio.file.NoSuchFileException missing) {
            return "";
        }
    }

    static void put(DefaultMessageStore store, String topic, int i, int keys) {
        MessageExtBrokerInner message = new MessageExtBrokerInner();
        message.setTopic(topic);
        message.setQueueId(0);
        message.setBody(("value " + i + ".".repeat(90)).getBytes());
        message.setBornTimestamp(1700000000000L);
        message.setBornHost(new InetSocketAddress("127.0.0.1", 4711));
        message.setStoreHost(new InetSocketAddress("127.0.0.1", 10911));
        message.setKeys("key-" + i % keys);
        message.setTags("Java");
        message.setPropertiesString(MessageDecoder.messageProperties2String(message.getProperties()));
        if (store.putMessage(message).getPutMessageStatus() != PutMessageStatus.PUT_OK) throw new Error("put");
    }

    /** Where the messages end that can be read. */
    private static long endOf(DefaultMessageStore store, String topic) {
        for (long at = 0; ; ) {
            GetMessageResult got = store.getMessage("g", topic, 0, at, 32, null);
            if (got.getStatus() != GetMessageStatus.FOUND) return at;
            at = got.getNextBeginOffset();
            got.release();
        }
    }

    static void read(DefaultMessageStore store, String topic, String what) {
        for (long at = 0; ; ) {
            GetMessageResult got = store.getMessage("g", topic, 0, at, 32, null);
            if (got.getStatus() != GetMessageStatus.FOUND) return;
            for (SelectMappedBufferResult one : got.getMessageMapedList()) {
                MessageExt message = MessageDecoder.decode(one.getByteBuffer().duplicate(), true, false);
                String body = new String(message.getBody());
                System.out.println("{\"what\":\"" + what + "\",\"offset\":" + message.getQueueOffset()
                    + ",\"key\":\"" + message.getKeys() + "\",\"body\":\"" + body + "\"}");
            }
            at = got.getNextBeginOffset();
            got.release();
        }
    }
}
