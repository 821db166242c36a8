package dev.quarry.virtual.tlb;

import dev.quarry.machine.SpinLock;
import dev.quarry.virtual.MmContext;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What other CPUs ask of a CPU's TLB: the interrupt of a shootdown. A CPU does it before its next
 * access, so that nobody else writes into its arrays; an access after the request, which the lock
 * of the address space orders, cannot hit what it is to forget.
 */
final class FlushInbox {
  private final SpinLock lock = new SpinLock("flush inbox");
  private final ArrayDeque<Request> requests = new ArrayDeque<>();
  private volatile boolean pending;

  /** What is to be done; without a context, to the kernel's half. */
  private record Request(
      @Nullable MmContext context, long generation, long address, long pages, boolean leave) {}

  void flush(MmContext context, long generation, long address, long pages) {
    post(new Request(context, generation, address, pages, false));
  }

  void flushKernel(long address, long pages) {
    post(new Request(null, 0, address, pages, false));
  }

  void leave(MmContext context) {
    post(new Request(context, 0, 0, 0, true));
  }

  private void post(Request request) {
    lock.lock();
    requests.add(request);
    pending = true;
    lock.unlock();
  }

  /** Whether something is to be done. */
  boolean isPending() {
    return pending;
  }

  /** Does it, on the CPU itself. */
  void drainTo(TlbUnit unit) {
    for (Request request = take(); request != null; request = take()) {
      MmContext context = request.context;
      if (context == null) {
        unit.flushKernel(request.address, request.pages);
      } else if (request.leave) {
        unit.leave(context);
      } else {
        unit.flush(context, request.generation, request.address, request.pages);
      }
    }
  }

  private @Nullable Request take() {
    lock.lock();
    try {
      Request request = requests.poll();
      pending = !requests.isEmpty();
      return request;
    } finally {
      lock.unlock();
    }
  }
}
