package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.NodeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Commands about nodes: which one memory should come from, and which one it came from. */
final class PolicyCommands {
  private static final String CHAPTER = "nodes";
  private static final int LARGEST_WEIGHT = MemPolicy.WeightedInterleave.LARGEST_WEIGHT;

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
    TaskPolicy policies = Booted.policies(session);
    MemPolicy policy =
        call.size() == 0
            ? policies.get()
            : call.read(0, "a policy", value -> policies.set(value.word()));
    return new Value.Text(policy.toString());
  }

  private static Value weightedInterleave(Call call, Session session) {
    call.atMost(2);
    Machine machine = Booted.machine(session);
    int nodes = machine.memory().nodes().size();
    int first = call.size() == 0 ? 0 : call.number(0, "node", 0, nodes - 1L);
    int last = call.size() == 0 ? nodes - 1 : first;
    if (call.size() == 2) {
      machine.policies().weight(first, call.number(1, "weight", 1, LARGEST_WEIGHT));
    }
    List<String> lines = new ArrayList<>();
    for (int node = first; node <= last; node++) {
      lines.add("node" + node + " " + machine.policies().weight(node));
    }
    return new Value.Text(String.join("\n", lines));
  }

  private static Value numastat(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    int last = machine.memory().nodes().size() - 1;
    int node = Booted.node(session, call, NodeSet.NO_NODE);
    List<Integer> nodes =
        node == NodeSet.NO_NODE ? IntStream.rangeClosed(0, last).boxed().toList() : List.of(node);
    return NumaStat.of(machine, nodes);
  }
}
