package dev.quarry.physical;

import dev.quarry.machine.Nearest;
import dev.quarry.physical.MemPolicy.WeightedInterleave;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a policy: a name, and for most of them a colon and nodes, as {@code mpol_parse_str()}
 * (mm/mempolicy.c, 6.18) does for mount options. Interleaving without nodes goes round all that
 * have memory, {@code preferred} without a node is {@code local}.
 */
final class MemPolicyText {
  private static final List<String> NAMES =
      List.of("default", "local", "bind", "preferred", "preferred_many", "interleave", "weighted");
  private static final int LONGEST = 1_000;

  private final String text;
  private final int nrNodes;
  private final NodeSet withMemory;

  private MemPolicyText(String text, int nrNodes, NodeSet withMemory) {
    this.text = text;
    this.nrNodes = nrNodes;
    this.withMemory = withMemory;
  }

  /**
   * Reads a policy for a machine.
   *
   * @throws PolicyException saying what is wrong, with both numbers
   */
  static MemPolicy parse(String text, int nrNodes, NodeSet withMemory) {
    if (text.length() > LONGEST) {
      throw new PolicyException(
          "a policy has at most " + LONGEST + " characters, not " + text.length());
    }
    try {
      return new MemPolicyText(text, nrNodes, withMemory).policy();
    } catch (PolicyException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new PolicyException(text, String.valueOf(e.getMessage()));
    }
  }

  private MemPolicy policy() {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    if (colon < 0) {
      return withoutNodes(name);
    }
    String list = text.substring(colon + 1);
    return switch (name) {
      case "bind" -> new MemPolicy.Bind(nodes(list));
      case "preferred" -> preferred(nodes(list));
      case "preferred_many" -> new MemPolicy.PreferredMany(nodes(list));
      case "interleave" -> new MemPolicy.Interleave(nodes(list));
      case "weighted" -> weighted(list);
      case "default", "local" -> throw new PolicyException(text, name + " takes no nodes");
      default -> throw unknown(name);
    };
  }

  private MemPolicy withoutNodes(String name) {
    return switch (name) {
      case "default" -> new MemPolicy.Default();
      case "local", "preferred" -> new MemPolicy.Local();
      case "interleave" -> new MemPolicy.Interleave(withMemory);
      case "weighted" -> new WeightedInterleave(withMemory);
      case "bind", "preferred_many" ->
          throw new PolicyException(text, "it needs nodes, such as " + name + ":0,1");
      default -> throw unknown(name);
    };
  }

  private static PolicyException unknown(String name) {
    String shown = name.length() <= 40 ? name : name.substring(0, 40) + "...";
    return new PolicyException(
        "\""
            + shown
            + "\" is not a policy; did you mean "
            + Nearest.to(name, NAMES)
            + "? There are "
            + String.join(", ", NAMES));
  }

  private NodeSet nodes(String list) {
    NodeSet nodes = NodeSet.parse(list);
    nodes.toList().forEach(this::known);
    return nodes;
  }

  private int known(int node) {
    if (node >= nrNodes) {
      throw new PolicyException(text, unknownNode(node, nrNodes));
    }
    return node;
  }

  static String unknownNode(int node, int nrNodes) {
    return nrNodes == 1
        ? "there is no node " + node + ", the machine has node 0 only"
        : "node "
            + node
            + " is not one of the machine's "
            + nrNodes
            + " nodes, 0 to "
            + (nrNodes - 1);
  }

  private MemPolicy preferred(NodeSet nodes) {
    if (nodes.size() > 1) {
      throw new PolicyException(
          text, "preferred takes one node, not " + nodes.size() + "; preferred_many takes more");
    }
    return new MemPolicy.Preferred(nodes.first());
  }

  /** Nodes, each with a weight of its own behind {@code =} or without. */
  private MemPolicy weighted(String list) {
    NodeSet all = NodeSet.EMPTY;
    Map<Integer, Integer> weights = new TreeMap<>();
    for (String part : list.split(",", -1)) {
      int equals = part.indexOf('=');
      NodeSet nodes = nodes(equals < 0 ? part : part.substring(0, equals));
      if (equals >= 0) {
        int weight = weight(part.substring(equals + 1), nodes);
        nodes.toList().forEach(node -> weights.put(node, weight));
      }
      all = new NodeSet(all.bits() | nodes.bits());
    }
    return new WeightedInterleave(all, weights);
  }

  /** Only its form is looked at; the policy knows its bounds. */
  private int weight(String weight, NodeSet nodes) {
    if (!weight.matches("\\d{1,9}")) {
      throw new PolicyException(
          text, "the weight of node " + nodes + " is a whole number, not \"" + weight + "\"");
    }
    return Integer.parseInt(weight);
  }
}
