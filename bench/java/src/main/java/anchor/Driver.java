package anchor;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.state.*;

/**
 * Throughput of Kafka Streams' own TopologyTestDriver: Driver JOB memory|disk RECORDS WARMUP. Jobs and input are those of bench/driver-job.ts,
 * made by the same generator, so that both sides print the same number of outputs, and the same digest of them.
 */
public final class Driver {
  static int seed, digest;
  static long outputs;
  /** A linear congruential generator that JavaScript has too (Math.imul). */
  static int next(int bound) { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >>> 8) % bound; }

  public static void main(String[] a) throws Exception {
    run(a[0], a[1].equals("memory"), Integer.parseInt(a[3]));
    System.out.println(run(a[0], a[1].equals("memory"), Integer.parseInt(a[2])));
  }

  static String run(String job, boolean memory, int n) throws Exception {
    seed = 42; digest = 0; outputs = 0;
    var S = Serdes.String(); var L = Serdes.Long(); var es = new LoginAttempts.EventSerde();
    var b = new StreamsBuilder();
    Duration size = Duration.ofSeconds(10), grace = Duration.ofSeconds(5), within = Duration.ofSeconds(1);
    switch (job) {
      case "login-attempts" -> b.stream("in", Consumed.with(S, es)).filter((k, v) -> v.getIp().startsWith("10.")).groupBy((k, v) -> v.getUser(), Grouped.with(S, es))
        .count(Materialized.<String, Long>as(memory ? Stores.inMemoryKeyValueStore("s") : Stores.persistentKeyValueStore("s")).withKeySerde(S).withValueSerde(L)).toStream().to("out", Produced.with(S, L));
      case "windowed-count" -> b.stream("in", Consumed.with(S, S)).groupByKey().windowedBy(TimeWindows.ofSizeAndGrace(size, grace))
        .count(Materialized.<String, Long>as(memory ? Stores.inMemoryWindowStore("s", size.plus(grace), size, false) : Stores.persistentWindowStore("s", size.plus(grace), size, false)).withKeySerde(S).withValueSerde(L))
        .toStream().to("out", Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, size.toMillis()), L));
      case "stream-join" -> {
        var w = JoinWindows.ofTimeDifferenceAndGrace(within, grace); var keep = within.multipliedBy(2).plus(grace);
        var j = StreamJoined.with(S, S, S);
        if (memory) j = j.withThisStoreSupplier(Stores.inMemoryWindowStore("l", keep, within.multipliedBy(2), true)).withOtherStoreSupplier(Stores.inMemoryWindowStore("r", keep, within.multipliedBy(2), true));
        b.stream("in", Consumed.with(S, S)).join(b.stream("in2", Consumed.with(S, S)), (l, r) -> l + "+" + r, w, j).to("out", Produced.with(S, S));
      }
      case "table-join" -> {
        Materialized<String, String, KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>> l = Materialized.as(memory ? Stores.inMemoryKeyValueStore("l") : Stores.persistentKeyValueStore("l"));
        Materialized<String, String, KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>> r = Materialized.as(memory ? Stores.inMemoryKeyValueStore("r") : Stores.persistentKeyValueStore("r"));
        b.table("in", Consumed.with(S, S), l.withKeySerde(S).withValueSerde(S)).join(b.table("in2", Consumed.with(S, S), r.withKeySerde(S).withValueSerde(S)), (x, y) -> x + "+" + y).toStream().to("out", Produced.with(S, S));
      }
      default -> throw new IllegalArgumentException("login-attempts | windowed-count | stream-join | table-join");
    }
    var p = new Properties(); p.put("application.id", "driver"); p.put("bootstrap.servers", "none:1"); p.put("statestore.cache.max.bytes", "0");
    p.put("state.dir", Files.createTempDirectory("ksd").toString()); p.put("default.key.serde", Serdes.StringSerde.class); p.put("default.value.serde", Serdes.StringSerde.class);
    try (var d = new TopologyTestDriver(b.build(), p, Instant.EPOCH)) {
      var cpu = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long t0 = System.nanoTime(), c0 = cpu.getProcessCpuTime();
      var out = d.createOutputTopic("out", new ByteArrayDeserializer(), new ByteArrayDeserializer());
      if (job.equals("login-attempts")) {
        var in = d.createInputTopic("in", S.serializer(), es);
        for (int i = 0; i < n; i++) {
          String user = "user-" + next(10000); String ip = (next(2) == 0 ? "10." : "203.") + next(256) + "." + next(256) + "." + next(256);
          in.pipeInput("s" + next(100000), new LoginEvent(user, ip, next(4) == 0 ? null : "Mozilla/5.0", next(10) > 2, 1_700_000_000_000L + i), i);
          if (i % 1000 == 999) drain(out);
        }
      } else {
        var in = d.createInputTopic("in", S.serializer(), S.serializer()); var in2 = job.endsWith("join") ? d.createInputTopic("in2", S.serializer(), S.serializer()) : null;
        int keys = job.equals("table-join") ? 10000 : 1000;
        for (int i = 0; i < n; i++) {
          boolean second = in2 != null && next(2) == 0;
          (second ? in2 : in).pipeInput("key-" + next(keys), "value-" + next(1000), (long) i * 10);
          if (i % 1000 == 999) drain(out);
        }
      }
      drain(out);
      double s = (System.nanoTime() - t0) / 1e9, c = (cpu.getProcessCpuTime() - c0) / 1e9;
      return String.format("{\"outputs\":%d,\"digest\":%d,\"seconds\":%.3f,\"cpuSeconds\":%.3f}", outputs, digest, s, c);
    }
  }

  static void drain(TestOutputTopic<byte[], byte[]> out) {
    for (var record : out.readRecordsToList()) { outputs++; add(record.key()); add(record.value()); }
  }

  static void add(byte[] bytes) {
    if (bytes == null) { digest = digest * 31 - 1; return; }
    for (byte each : bytes) digest = digest * 31 + (each & 0xff);
  }
}
