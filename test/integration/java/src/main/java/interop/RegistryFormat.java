package interop;

import io.apicurio.registry.serde.SerdeConfig;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.strategy.TopicIdStrategy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericData;

/** Apicurio's serdes as Confluent's: 00 and an id of four bytes before the value, subjects named by topic and side, schemas registered when written. */
final class RegistryFormat {
  private RegistryFormat() {}

  static Main.Each write(String url, String topic, boolean key, String schemaText) {
    Schema schema = new Schema.Parser().parse(schemaText);
    var serializer = new AvroKafkaSerializer<Object>();
    serializer.configure(config(url), key);
    return value -> {
      Object datum = value == null ? null : AvroFormats.decode(GenericData.get(), schema, "json", value.getBytes(StandardCharsets.UTF_8));
      return Main.hex(serializer.serialize(topic, datum));
    };
  }

  static Main.Each read(String url, String topic, boolean key) {
    var deserializer = new AvroKafkaDeserializer<Object>();
    deserializer.configure(config(url), key);
    return hex -> {
      Object datum = deserializer.deserialize(topic, Main.bytes(hex));
      if (datum == null) return null;
      return new String(AvroFormats.encode(GenericData.get(), ((GenericContainer) datum).getSchema(), "json", datum), StandardCharsets.UTF_8);
    };
  }

  private static Map<String, Object> config(String url) {
    return Map.of(
        SerdeConfig.REGISTRY_URL, url,
        SerdeConfig.AUTO_REGISTER_ARTIFACT, true,
        SerdeConfig.ENABLE_HEADERS, false,
        SerdeConfig.ENABLE_CONFLUENT_ID_HANDLER, true,
        SerdeConfig.USE_ID, "contentId",
        SerdeConfig.ARTIFACT_RESOLVER_STRATEGY, TopicIdStrategy.class.getName());
  }
}
