package interop;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.SessionWindowedDeserializer;
import org.apache.kafka.streams.kstream.SessionWindowedSerializer;
import org.apache.kafka.streams.kstream.TimeWindowedDeserializer;
import org.apache.kafka.streams.kstream.TimeWindowedSerializer;
import org.apache.kafka.streams.kstream.Window;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.kstream.internals.TimeWindow;

/** Kafka's own serdes; values as text. */
final class KafkaFormats {
  static final long WINDOW_MS = 60_000;

  private KafkaFormats() {}

  private record Format<T>(Serde<T> serde, Function<String, T> parse, Function<T, String> print) {
    String write(String value) {
      return Main.hex(serde.serializer().serialize("topic", value == null ? null : parse.apply(value)));
    }

    String read(String hex) {
      T value = serde.deserializer().deserialize("topic", Main.bytes(hex));
      return value == null ? null : print.apply(value);
    }
  }

  static Main.Each write(String type) {
    return format(type)::write;
  }

  static Main.Each read(String type) {
    return format(type)::read;
  }

  private static Format<?> format(String type) {
    switch (type) {
      case "string":
        return new Format<>(Serdes.String(), value -> value, value -> value);
      case "int":
        return new Format<>(Serdes.Integer(), Integer::valueOf, String::valueOf);
      case "long":
        return new Format<>(Serdes.Long(), Long::valueOf, String::valueOf);
      case "short":
        return new Format<>(Serdes.Short(), Short::valueOf, String::valueOf);
      case "float":
        return new Format<>(Serdes.Float(), Float::valueOf, value -> String.valueOf((double) value));
      case "double":
        return new Format<>(Serdes.Double(), Double::valueOf, String::valueOf);
      case "boolean":
        return new Format<>(Serdes.Boolean(), Boolean::valueOf, String::valueOf);
      case "bytes":
        return new Format<>(Serdes.ByteArray(), Main::bytes, Main::hex);
      case "byteBuffer":
        return new Format<>(Serdes.ByteBuffer(), value -> ByteBuffer.wrap(Main.bytes(value)), value -> Main.hex(value.array()));
      case "uuid":
        return new Format<>(Serdes.UUID(), UUID::fromString, String::valueOf);
      case "timeWindowed":
        return new Format<>(
            Serdes.serdeFrom(
                new TimeWindowedSerializer<>(Serdes.String().serializer()), new TimeWindowedDeserializer<>(Serdes.String().deserializer(), WINDOW_MS)),
            value -> windowed(value, start -> new TimeWindow(start, start + WINDOW_MS)),
            KafkaFormats::print);
      case "sessionWindowed":
        return new Format<>(
            Serdes.serdeFrom(
                new SessionWindowedSerializer<>(Serdes.String().serializer()), new SessionWindowedDeserializer<>(Serdes.String().deserializer())),
            value -> {
              String[] parts = value.split("\\|", -1);
              return new Windowed<>(parts[0], new SessionWindow(Long.parseLong(parts[1]), Long.parseLong(parts[2])));
            },
            KafkaFormats::print);
      default:
        throw new IllegalArgumentException(type);
    }
  }

  /** `key|start|end`. */
  private static Windowed<String> windowed(String value, Function<Long, Window> window) {
    String[] parts = value.split("\\|", -1);
    return new Windowed<>(parts[0], window.apply(Long.valueOf(parts[1])));
  }

  private static String print(Windowed<String> value) {
    return value.key() + "|" + value.window().start() + "|" + value.window().end();
  }
}
