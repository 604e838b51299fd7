package interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A request a line, an answer a line, both JSON; `values` in and out, bytes as hex digits, null as null. */
public final class Main {
  private static final ObjectMapper json = new ObjectMapper();

  interface Each {
    /** Of one value. */
    String apply(String value) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    for (String line = in.readLine(); line != null; line = in.readLine()) out.println(json.writeValueAsString(answer(json.readTree(line))));
  }

  private static ObjectNode answer(JsonNode request) {
    ObjectNode answer = json.createObjectNode();
    try {
      Each each = handler(request);
      ArrayNode values = answer.putArray("values");
      for (JsonNode value : request.get("values")) values.add(each.apply(value.isNull() ? null : value.asText()));
    } catch (Throwable error) {
      answer.removeAll();
      answer.put("error", error.toString());
    }
    return answer;
  }

  private static Each handler(JsonNode request) throws Exception {
    switch (request.get("op").asText()) {
      case "copyAvro":
        return AvroFormats.copy(text(request, "schema"), text(request, "from"), text(request, "to"));
      case "writeEverything":
        return Everything.write(text(request, "schema"), text(request, "encoding"));
      case "readEverything":
        return Everything.read(text(request, "schema"), text(request, "encoding"));
      case "writeKafka":
        return KafkaFormats.write(text(request, "type"));
      case "readKafka":
        return KafkaFormats.read(text(request, "type"));
      case "writeRegistry":
        return RegistryFormat.write(text(request, "url"), text(request, "topic"), request.get("key").asBoolean(), text(request, "schema"));
      case "readRegistry":
        return RegistryFormat.read(text(request, "url"), text(request, "topic"), request.get("key").asBoolean());
      default:
        throw new IllegalArgumentException(request.toString());
    }
  }

  private static String text(JsonNode request, String name) {
    return request.get(name).asText();
  }

  static String hex(byte[] bytes) {
    return bytes == null ? null : HexFormat.of().formatHex(bytes);
  }

  static byte[] bytes(String hex) {
    return hex == null ? null : HexFormat.of().parseHex(hex);
  }
}
