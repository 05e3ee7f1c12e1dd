// Opens a store directory with RocketMQ's own DefaultMessageStore and answers questions about it:
// one a line on stdin, the answer a line of text on stdout.
// Usage: ReadingDriver DIR [property=value ...]

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.common.BoundaryType;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.store.*;
import org.apache.rocketmq.store.config.MessageStoreConfig;
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

    static Object answer(DefaultMessageStore store, String[] q) {
        String topic = q[1];
        switch (q[0]) {
            case "get": return get(store, q);
            case "time": return store.getOffsetInQueueByTime(topic, number(q[2]), Long.parseLong(q[3]), BoundaryType.valueOf(q[4]));
            case "stored": return store.getMessageStoreTimeStamp(topic, number(q[2]), Long.parseLong(q[3]));
            case "earliest": return store.getEarliestMessageTime(topic, number(q[2]));
            case "key": return key(store, q);
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

    static String key(DefaultMessageStore store, String[] q) {
        long begin = Long.parseLong(q[4]), end = Long.parseLong(q[5]);
        QueryMessageResult found = store.queryMessage(q[1], q[2], number(q[3]), begin, end, q.length > 6 ? q[6] : null, null);
        StringBuilder hits = new StringBuilder("at");
        for (ByteBuffer hit : found.getMessageBufferList()) hits.append(' ').append(hit.getLong(28));
        found.release();
        return hits.toString();
    }
}
