package dev.quarry.physical;

/**
 * What a task remembers about its memory policy: {@code mempolicy}, {@code il_prev} and {@code
 * il_weight} of {@code struct task_struct}. One thread at a time uses it. {@link
 * PolicyAllocator#setMempolicy} gives it a policy.
 */
public final class PolicyState {
  MemPolicy policy = new MemPolicy.Default();

  /** The node that interleaving gave last. */
  int ilPrev = NodeSet.NO_NODE;

  /** How often weighted interleaving gives {@link #ilPrev} again before it goes on. */
  int ilWeight;

  /** The policy in force. */
  public MemPolicy policy() {
    return policy;
  }

  /** The same for a child of the task, which goes on where its parent is. */
  public PolicyState fork() {
    PolicyState child = new PolicyState();
    child.policy = policy;
    child.ilPrev = ilPrev;
    child.ilWeight = ilWeight;
    return child;
  }

  void set(MemPolicy newPolicy) {
    policy = newPolicy;
    if (newPolicy.isInterleaving()) {
      ilPrev = NodeSet.NO_NODE;
      ilWeight = 0;
    }
  }
}
