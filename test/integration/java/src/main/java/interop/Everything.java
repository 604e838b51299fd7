package interop;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Records of everything.avsc made by hand, with Java's own types behind the logical ones: `full`, `empty`, `nested`. */
final class Everything {
  private Everything() {}

  static Main.Each write(String schemaText, String encoding) {
    Schema schema = new Schema.Parser().parse(schemaText);
    return name -> Main.hex(AvroFormats.encode(data(), schema, encoding, record(schema, name)));
  }

  /** The name of the record that the bytes are; what was read, if it is none. */
  static Main.Each read(String schemaText, String encoding) {
    Schema schema = new Schema.Parser().parse(schemaText);
    return hex -> {
      Object read = AvroFormats.decode(data(), schema, encoding, Main.bytes(hex));
      for (String name : List.of("full", "empty", "nested")) if (same(read, record(schema, name))) return name;
      return String.valueOf(read);
    };
  }

  /** By their text: records with maps in them have no order, which Java's equality of records goes by. */
  private static boolean same(Object left, Object right) {
    return left.toString().equals(right.toString());
  }

  private static GenericData data() {
    var data = new GenericData();
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    data.addLogicalTypeConversion(new Conversions.BigDecimalConversion());
    data.addLogicalTypeConversion(new Conversions.UUIDConversion());
    data.addLogicalTypeConversion(new TimeConversions.DateConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimeMicrosConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampNanosConversion());
    data.addLogicalTypeConversion(new TimeConversions.LocalTimestampMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.LocalTimestampMicrosConversion());
    return data;
  }

  private static GenericRecord record(Schema schema, String name) {
    GenericRecord record = new GenericData.Record(schema);
    boolean full = name.equals("full");
    record.put("boolean", full);
    record.put("int", full ? Integer.MIN_VALUE : 0);
    record.put("long", full ? 9_007_199_254_740_991L : 0L);
    record.put("float", full ? 0.1f : 0f);
    record.put("double", full ? -1e300 : 0d);
    record.put("bytes", ByteBuffer.wrap(full ? new byte[] {0, -1} : new byte[0]));
    record.put("string", full ? "héllo €😀" : "");
    record.put("fixed", new GenericData.Fixed(schema.getField("fixed").schema(), full ? new byte[] {1, 2, 3, -4} : new byte[4]));
    record.put("enum", new GenericData.EnumSymbol(schema.getField("enum").schema(), full ? "HEARTS" : "SPADES"));
    record.put("array", new GenericData.Array<>(schema.getField("array").schema(), full ? Arrays.asList(1L, null, -3L) : List.of()));
    record.put("map", full ? Map.of("__proto__", "x") : Map.of());
    record.put("nullable", full ? "here" : null);
    record.put("last", full ? 7 : null);
    Schema union = schema.getField("union").schema();
    record.put("union", full ? new GenericData.Record(union.getTypes().get(7)) : null);
    record.put("next", name.equals("nested") ? record(schema, "full") : null);
    record.put("price", full ? new BigDecimal("-123456789012345678.90") : new BigDecimal("0.00"));
    record.put("fixedPrice", full ? new BigDecimal("-12345.6789") : new BigDecimal("0.0000"));
    record.put("bigPrice", full ? new BigDecimal("-123456789012345678901234567890E+70") : new BigDecimal("0.00"));
    record.put("uuid", UUID.fromString(full ? "123e4567-e89b-12d3-a456-426614174000" : "00000000-0000-0000-0000-000000000000"));
    record.put("date", full ? LocalDate.of(2026, 2, 28) : LocalDate.of(1969, 12, 31));
    record.put("timeMillis", full ? LocalTime.of(23, 59, 59, 999_000_000) : LocalTime.MIDNIGHT);
    record.put("timeMicros", full ? LocalTime.of(23, 59, 59, 999_999_000) : LocalTime.MIDNIGHT);
    record.put("millis", full ? Instant.parse("2026-01-02T03:04:05.678Z") : Instant.parse("1969-12-31T23:59:59.999Z"));
    record.put("micros", full ? Instant.parse("9999-12-31T23:59:59.999999Z") : Instant.EPOCH);
    record.put("nanos", full ? Instant.parse("2026-01-02T03:04:05.678901234Z") : Instant.EPOCH);
    record.put("localMillis", full ? LocalDateTime.of(2026, 1, 2, 3, 4, 5, 678_000_000) : LocalDateTime.of(1970, 1, 1, 0, 0));
    record.put("localMicros", full ? LocalDateTime.of(2026, 1, 2, 3, 4, 5, 678_901_000) : LocalDateTime.of(1970, 1, 1, 0, 0));
    record.put("maybeWhen", full ? Instant.EPOCH : null);
    return record;
  }
}
