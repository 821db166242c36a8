package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.PolicyAllocator;
import java.util.ArrayList;
import java.util.List;

/** Commands about nodes: which one memory should come from, and which one it came from. */
final class PolicyCommands {
  private static final String CHAPTER = "nodes";

  private PolicyCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                CHAPTER,
                "set_mempolicy [POLICY]",
                "sets the memory policy of the session's requests, or shows it",
                String.join(
                    "\n",
                    "set_mempolicy bind:0             # no other nodes",
                    "set_mempolicy preferred:0        # this node first",
                    "set_mempolicy preferred_many:0   # these nodes first",
                    "set_mempolicy interleave:0       # in turn; without nodes: all in turn",
                    "set_mempolicy weighted:0=3       # so many pages each turn",
                    "set_mempolicy local              # the CPU's node first, as default"),
                PolicyCommands::setMempolicy))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "weighted_interleave [NODE] [WEIGHT]",
                "shows or sets how often in a row a node has its turn",
                "weighted_interleave 0 3",
                PolicyCommands::weightedInterleave))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "numastat [node=N]",
                "shows where requests were served; n.numa_hit is a sum",
                "n = numastat node=0\nprint n.numa_hit",
                PolicyCommands::numastat));
  }

  private static Value setMempolicy(Call call, Session session) {
    call.atMost(1);
    TaskPolicy policies = TaskPolicy.of(session);
    boolean sets = call.size() > 0;
    return new Value.Text(
        (sets ? policies.set(call.word(0, "a policy")) : policies.get()).toString());
  }

  private static Value weightedInterleave(Call call, Session session) {
    call.atMost(2);
    Machine machine = Booted.machine(session);
    PolicyAllocator policies = machine.policies();
    if (call.size() == 2) {
      int node = number("node", call.word(0, "a node"));
      policies.weight(node, number("weight", call.word(1, "a weight")));
    }
    List<String> lines = new ArrayList<>();
    for (int node : nodes(machine, call.wordOr(0, ""))) {
      lines.add("node" + node + " " + policies.weight(node));
    }
    return new Value.Text(String.join("\n", lines));
  }

  private static Value numastat(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    return NumaStat.of(machine, nodes(machine, call.option("node", "")));
  }

  /** One node, or all if there is no word. */
  private static List<Integer> nodes(Machine machine, String word) {
    List<Integer> all = new ArrayList<>();
    for (int node = 0; node < machine.memory().nodes().size(); node++) {
      all.add(node);
    }
    if (word.isEmpty()) {
      return all;
    }
    int node = number("node", word);
    if (!all.contains(node)) {
      throw new IllegalArgumentException(
          "node " + node + " is not one of the machine's nodes, 0 to " + (all.size() - 1));
    }
    return List.of(node);
  }

  private static int number(String what, String word) {
    if (!word.matches("\\d{1,9}")) {
      throw new IllegalArgumentException(what + " is a whole number, not \"" + word + "\"");
    }
    return Integer.parseInt(word);
  }
}
