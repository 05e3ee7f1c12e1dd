// Runs the test classes it is given, and writes a line for each case as it ends: the word RESULT, how
// it ended, class, method, milliseconds, reason; apart by tabs. Cases named after `--without` are left.

package org.apache.rocketmq.test.base;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.manipulation.Filter;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

public class RunCases extends RunListener {
    private static final int REASON_LENGTH = 300;

    private final String suite;
    private final Map<String, Failure> failures = new HashMap<>();
    private long began;

    private RunCases(String suite) {
        this.suite = suite;
    }

    public static void main(String[] args) throws Exception {
        List<String> words = Arrays.asList(args);
        int split = words.contains("--without") ? words.indexOf("--without") : words.size();
        Set<String> left = new HashSet<>(words.subList(split, words.size()));
        for (String name : words.subList(0, split)) {
            JUnitCore core = new JUnitCore();
            core.addListener(new RunCases(name));
            core.run(Request.aClass(Class.forName(name)).filterWith(without(left)));
        }
        System.exit(0);
    }

    private static Filter without(Set<String> left) {
        return new Filter() {
            @Override
            public boolean shouldRun(Description description) {
                return !description.isTest() || !left.contains(description.getMethodName());
            }

            @Override
            public String describe() {
                return "all but " + left;
            }
        };
    }

    @Override
    public void testStarted(Description description) {
        began = System.nanoTime();
    }

    @Override
    public void testFailure(Failure failure) {
        Description description = failure.getDescription();
        failures.put(description.getDisplayName(), failure);
        if (description.isSuite()) {
            write("failed", "(class)", 0, reasonOf(failure.getException()));
        }
    }

    @Override
    public void testAssumptionFailure(Failure failure) {
        write("ignored", failure.getDescription().getMethodName(), 0, failure.getMessage());
    }

    @Override
    public void testIgnored(Description description) {
        String method = description.getMethodName();
        write("ignored", method == null ? "(class)" : method, 0, "");
    }

    @Override
    public void testFinished(Description description) {
        long ms = (System.nanoTime() - began) / 1_000_000;
        Failure failure = failures.get(description.getDisplayName());
        String reason = failure == null ? "" : reasonOf(failure.getException());
        write(failure == null ? "passed" : "failed", description.getMethodName(), ms, reason);
    }

    private void write(String end, String method, long ms, String reason) {
        String text = String.valueOf(reason).replaceAll("\\s+", " ");
        String cut = text.substring(0, Math.min(REASON_LENGTH, text.length()));
        System.out.println(String.join("\t", "RESULT", end, suite, method, String.valueOf(ms), cut));
    }

    private static String reasonOf(Throwable error) {
        for (StackTraceElement at : error.getStackTrace()) {
            if (at.getClassName().startsWith("org.apache.rocketmq.test")) {
                return error + " at " + at;
            }
        }
        return String.valueOf(error);
    }
}
