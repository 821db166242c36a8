package dev.quarry.conform;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A comparison's result as one JSON object. */
public final class ConformJson {
  private ConformJson() {}

  /** The object, on several lines. */
  public static String of(ConformResult result) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("ops", result.operations());
    root.put("sequences", result.sequences());
    root.put("seed", result.seed());
    root.put("kernel", result.kernel());
    ArrayNode differences = root.putArray("differences");
    for (ConformResult.FoundDifference found : result.differences()) {
      differences
          .addObject()
          .put("what", found.what())
          .put("call", found.call())
          .put("kernel", found.kernel())
          .put("quarry", found.quarry())
          .put("script", found.script());
    }
    ObjectNode intended = root.putObject("intended");
    result.intended().forEach(intended::put);
    ArrayNode notAgain = root.putArray("not_again");
    result.notAgain().forEach(notAgain::add);
    return root.toPrettyString();
  }
}
