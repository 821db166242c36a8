package dev.quarry.check;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A result as one JSON object. */
public final class PressureJson {
  private PressureJson() {}

  /** The object, on several lines. */
  public static String of(PressureResult result) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("machine", result.machine());
    root.put("steps", result.steps());
    root.put("seed", result.options().seed());
    root.put("threads", result.options().threads());
    root.put("checks", result.checks());
    ObjectNode counts = root.putObject("counts");
    result.counts().forEach(counts::put);
    result.violations().forEach(root.putArray("violations")::add);
    result.script().forEach(root.putArray("script")::add);
    return root.toPrettyString();
  }
}
