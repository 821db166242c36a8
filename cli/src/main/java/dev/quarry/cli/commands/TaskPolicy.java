package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.PolicyAllocator;
import dev.quarry.physical.PolicyState;
import dev.quarry.physical.Trail;
import java.util.Map;
import java.util.TreeMap;

/**
 * The memory policies of a session's tasks: the session's own, which {@code set_mempolicy} sets,
 * and one more task for each policy that a request names, which goes on where its last request was.
 */
final class TaskPolicy {
  private static final int MOST_TASKS = 1_000;
  private static final long ALL_NODES = -1L;

  private final Map<String, PolicyState> tasks = new TreeMap<>();
  private final Machine machine;
  private final PolicyAllocator policies;
  private final PolicyState own = new PolicyState();

  TaskPolicy(Machine machine) {
    this.machine = machine;
    this.policies = machine.policies();
  }

  MemPolicy set(String policy) {
    policies.setMempolicy(own, policies.parse(policy));
    return own.policy();
  }

  MemPolicy get() {
    return own.policy();
  }

  /** Allocates by the session's policy. */
  int allocPages(Cpu cpu, int gfp, int order) {
    return policies.allocPages(cpu, own, gfp, order, null);
  }

  /**
   * Allocates on a node, if the call names one; else by the policy that it names; else by the
   * session's.
   */
  int allocPages(Call call, Cpu cpu, int node, int gfp, int order, Trail trail) {
    PolicyState task = task(call);
    if (!call.optionNames().contains("node")) {
      return policies.allocPages(cpu, task, gfp, order, trail);
    }
    if (task != own) {
      throw new IllegalArgumentException(
          "node=" + node + " and policy=" + task.policy() + " both say where; give one of them");
    }
    return machine.allocator().allocPagesNode(cpu, node, ALL_NODES, gfp, order, trail);
  }

  /** Allocates single pages by the policy that the call names, else by the session's. */
  int allocPagesBulk(Call call, Cpu cpu, int gfp, int[] pfns) {
    return policies.allocPagesBulk(cpu, task(call), gfp, pfns);
  }

  private PolicyState task(Call call) {
    return call.option("policy", value -> task(value.word()), own);
  }

  private PolicyState task(String text) {
    MemPolicy policy = policies.usable(policies.parse(text));
    PolicyState task = tasks.get(policy.toString());
    if (task == null) {
      if (tasks.size() >= MOST_TASKS) {
        throw new IllegalArgumentException(
            "requests named " + MOST_TASKS + " policies already; set_mempolicy takes more");
      }
      task = new PolicyState();
      policies.setMempolicy(task, policy);
      tasks.put(policy.toString(), task);
    }
    return task;
  }
}
