package interop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;

/** The encodings of Avro's library: `single` (single object), `bare`, `json`. */
final class AvroFormats {
  private AvroFormats() {}

  /** From one encoding to another by way of Java's data. */
  static Main.Each copy(String schemaText, String from, String to) {
    Schema schema = new Schema.Parser().parse(schemaText);
    GenericData data = new GenericData();
    return hex -> Main.hex(encode(data, schema, to, decode(data, schema, from, Main.bytes(hex))));
  }

  static byte[] encode(GenericData data, Schema schema, String encoding, Object datum) throws Exception {
    var out = new ByteArrayOutputStream();
    if (encoding.equals("single")) {
      new BinaryMessageEncoder<>(data, schema).encode(datum, out);
      return out.toByteArray();
    }
    var encoder = encoding.equals("json") ? EncoderFactory.get().jsonEncoder(schema, out) : EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<>(schema, data).write(datum, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  static Object decode(GenericData data, Schema schema, String encoding, byte[] bytes) throws Exception {
    if (encoding.equals("single")) return new BinaryMessageDecoder<>(data, schema).decode(bytes);
    var in = new ByteArrayInputStream(bytes);
    var decoder = encoding.equals("json") ? DecoderFactory.get().jsonDecoder(schema, in) : DecoderFactory.get().binaryDecoder(bytes, null);
    return new GenericDatumReader<>(schema, schema, data).read(null, decoder);
  }
}
