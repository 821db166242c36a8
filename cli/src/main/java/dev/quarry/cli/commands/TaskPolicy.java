package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.PolicyState;
import dev.quarry.physical.Trail;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memory policies of a session's tasks: the session's own, which {@code set_mempolicy} sets,
 * and one more task for each policy that a request names, which goes on where its last request was.
 */
final class TaskPolicy {
  private static final int MOST_TASKS = 1_000;
  private static final long ALL_NODES = -1L;

  private final Map<String, PolicyState> tasks = new TreeMap<>();
  private PolicyState own = new PolicyState();
  private @Nullable Machine machine;

  /** The policies on the session's machine; another machine begins without. */
  static TaskPolicy of(Session session) {
    TaskPolicy policies = session.attached(TaskPolicy.class, TaskPolicy::new);
    Machine machine = Booted.machine(session);
    if (machine != policies.machine) {
      policies.machine = machine;
      policies.own = new PolicyState();
      policies.tasks.clear();
    }
    return policies;
  }

  private Machine machine() {
    if (machine == null) {
      throw new IllegalStateException("no machine is booted");
    }
    return machine;
  }

  MemPolicy set(String policy) {
    machine().policies().setMempolicy(own, machine().policies().parse(policy));
    return own.policy();
  }

  MemPolicy get() {
    return own.policy();
  }

  /**
   * Allocates on a node, if the call names one; else by the policy that it names; else by the
   * session's.
   */
  int allocPages(Call call, Cpu cpu, int node, int gfp, int order, Trail trail) {
    String policy = call.option("policy", "");
    if (!call.optionNames().contains("node")) {
      PolicyState task = policy.isEmpty() ? own : task(policy);
      return machine().policies().allocPages(cpu, task, gfp, order, trail);
    }
    if (!policy.isEmpty()) {
      throw new IllegalArgumentException(
          "node=" + node + " and policy=" + policy + " both say where; give one of them");
    }
    return machine().allocator().allocPagesNode(cpu, node, ALL_NODES, gfp, order, trail);
  }

  private PolicyState task(String text) {
    MemPolicy policy = machine().policies().parse(text);
    PolicyState task = tasks.get(policy.toString());
    if (task == null) {
      if (tasks.size() >= MOST_TASKS) {
        throw new IllegalArgumentException(
            "requests named " + MOST_TASKS + " policies already; set_mempolicy takes more");
      }
      task = new PolicyState();
      machine().policies().setMempolicy(task, policy);
      tasks.put(policy.toString(), task);
    }
    return task;
  }
}
