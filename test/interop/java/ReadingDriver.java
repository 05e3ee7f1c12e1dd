// Opens a store directory with RocketMQ's own DefaultMessageStore and answers questions about it:
// one a line on stdin, the answer a line of text on stdout. Some of them make it append, or halt.
// Usage: ReadingDriver DIR [property=value ...]

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.common.BoundaryType;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.message.*;
import org.apache.rocketmq.store.*;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.queue.ConsumeQueueInterface;
import org.apache.rocketmq.store.queue.CqUnit;
import org.apache.rocketmq.store.stats.BrokerStatsManager;

public class ReadingDriver {
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
        for (int i = 1; i < args.length; i++) {
            int at = args[i].indexOf('=');
            properties.setProperty(args[i].substring(0, at), args[i].substring(at + 1));
        }
        MixAll.properties2Object(properties, config);
        BrokerConfig broker = new BrokerConfig();
        DefaultMessageStore store = new DefaultMessageStore(config, new BrokerStatsManager(broker),
            (topic, queue, offset, tags, time, bits, props) -> { }, broker, new ConcurrentHashMap<>());
        if (!store.load()) throw new Error("refused");
        store.start();
        while (store.dispatchBehindBytes() > 0) Thread.sleep(10);
        // its cleaning service does so, a minute after the start
        store.getConsumeQueueTable().values().forEach(queues ->
            queues.values().forEach(queue -> queue.correctMinOffset(store.getMinPhyOffset())));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null;) System.out.println("= " + answer(store, line.split(" ")));
        System.out.flush();
        store.shutdown();
        System.exit(0);
    }

    static Object answer(DefaultMessageStore store, String[] q) throws Exception {
        String topic = q[1];
        switch (q[0]) {
            case "get": return get(store, q);
            case "time": return store.getOffsetInQueueByTime(topic, number(q[2]), Long.parseLong(q[3]), BoundaryType.valueOf(q[4]));
            case "stored": return store.getMessageStoreTimeStamp(topic, number(q[2]), Long.parseLong(q[3]));
            case "earliest": return store.getEarliestMessageTime(topic, number(q[2]));
            case "key": return key(store, q);
            case "list": return list(store, topic, number(q[2]));
            case "light": return light(store, number(q[1]));
            case "halt": Runtime.getRuntime().halt(0); return null;
            // the log lets go of its first files, and the queues have not followed yet
            case "expire": return store.getCommitLog().deleteExpiredFile(0, 0, 0, true, number(q[1]));
            case "at": return store.lookMessageByOffset(Long.parseLong(q[1])) != null;
            default: throw new Error(q[0]);
        }
    }

    static int number(String text) {
        return Integer.parseInt(text);
    }

    static String get(DefaultMessageStore store, String[] q) {
        MessageFilter filter = q[6].equals("*") ? null : new MessageFilter() {
            public boolean isMatchedByConsumeQueue(Long code, ConsumeQueueExt.CqExtUnit unit) {
                return code == q[6].hashCode();
            }
            public boolean isMatchedByCommitLog(ByteBuffer buffer, Map<String, String> properties) {
                return true;
            }
        };
        GetMessageResult got = store.getMessage("g", q[1], number(q[2]), Long.parseLong(q[3]), number(q[4]), number(q[5]), filter);
        String text = got.getStatus() + " " + got.getNextBeginOffset() + " " + got.getMinOffset() + " " + got.getMaxOffset()
            + " " + got.getMessageCount() + " " + got.getBufferTotalSize();
        got.release();
        return text;
    }

    /** Every entry of a queue: the place of its record and its tags code. */
    static String list(DefaultMessageStore store, String topic, int id) throws Exception {
        ConsumeQueueInterface queue = store.findConsumeQueue(topic, id);
        StringBuilder entries = new StringBuilder(queue.getMinOffsetInQueue() + " " + queue.getMaxOffsetInQueue());
        for (long at = queue.getMinOffsetInQueue(); at < queue.getMaxOffsetInQueue(); at++) {
            CqUnit unit = queue.get(at);
            entries.append(' ').append(unit.getPos()).append(':').append(unit.getTagsCode());
        }
        return entries.toString();
    }

    /** Appends messages that are in light queues too. */
    static Object light(DefaultMessageStore store, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            MessageExtBrokerInner message = new MessageExtBrokerInner();
            message.setTopic("TestTopic");
            message.setQueueId(i % 2);
            message.setBody(("java " + i + "x".repeat(i % 700)).getBytes());
            message.setBornTimestamp(1700000000000L);
            message.setBornHost(new InetSocketAddress("127.0.0.1", 4711));
            message.setStoreHost(new InetSocketAddress("127.0.0.1", 10911));
            message.setTags("Java");
            MessageAccessor.putProperty(message, "INNER_MULTI_DISPATCH", i % 3 == 0 ? "%LMQ%a,%LMQ%b" : "%LMQ%c");
            message.setPropertiesString(MessageDecoder.messageProperties2String(message.getProperties()));
            if (store.putMessage(message).getPutMessageStatus() != PutMessageStatus.PUT_OK) throw new Error("put");
        }
        while (store.dispatchBehindBytes() > 0) Thread.sleep(10);
        return "done";
    }

    static String key(DefaultMessageStore store, String[] q) {
        long begin = Long.parseLong(q[4]), end = Long.parseLong(q[5]);
        QueryMessageResult found = store.queryMessage(q[1], q[2], number(q[3]), begin, end, q.length > 6 ? q[6] : null, null);
        StringBuilder hits = new StringBuilder("at");
        for (ByteBuffer hit : found.getMessageBufferList()) hits.append(' ').append(hit.getLong(28));
        found.release();
        return hits.toString();
    }
}
