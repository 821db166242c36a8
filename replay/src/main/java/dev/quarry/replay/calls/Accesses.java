package dev.quarry.replay.calls;

import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.replay.calls.TaskEvent.Faulted;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.FaultMode;
import dev.quarry.virtual.fault.PageFaultHandler;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.MmStruct;
import org.jspecify.annotations.Nullable;

/**
 * Plays accesses that are known from the kernel's faults: the one that was refused, and the one to
 * the instruction that made it, which must have been mapped. What the model's own tables refuse is
 * a fault of the model.
 */
final class Accesses {
  /** An access can be refused more than once: the stack grows, then its page is written. */
  private static final int MOST_TRIES = 4;

  private static final long PAGE = 4096;

  private final Cpu cpu;
  private final UserPages pages;
  private final SeenMemory seen;

  /** Where a word of each page is stored that is written to; null: contents do not matter. */
  private final @Nullable Ram stored;

  Accesses(Cpu cpu, UserPages pages, SeenMemory seen, @Nullable Ram stored) {
    this.stored = stored;
    this.cpu = cpu;
    this.pages = pages;
    this.seen = seen;
  }

  /** Plays what one fault tells. */
  void play(PlayedProcess played, Faulted fault) {
    Process process = played.process();
    MmStruct mm = process.mm();
    long address = fault.address();
    if (fault.ip() != Faulted.NO_IP && (fault.ip() & -PAGE) != (address & -PAGE)) {
      fetch(played, process, fault.ip());
    }
    played.counted(fault.user(), AreaKind.of(mm, address));
    if (Long.compareUnsigned(address, mm.taskSize()) >= 0) {
      played.predicted(FaultLeaf.KERNEL_HALF, AreaKind.SEEN);
      return;
    }
    boolean known = known(process, address);
    boolean present = Pte.isPresent(mm.tables().leaf(address));
    boolean any = access(played, mm, address, fault.code(), mode(fault.by()));
    if (stored != null && (fault.code() & Access.WRITE) != 0) {
      store(stored, mm, address);
    }
    if (!known) {
      played.unseen();
    }
    if (any) {
      played.presence(present == fault.wasPresent());
    } else {
      played.missed((fault.code() & Access.WRITE) != 0);
    }
  }

  /** What was written is not known, but it was not zeros, which swap would not write. */
  private static void store(Ram ram, MmStruct mm, long address) {
    long physical = mm.tables().translate(address, Access.WRITE);
    if (physical != PageTables.NO_TRANSLATION) {
      ram.putLong(physical & -Long.BYTES, address | 1);
    }
  }

  /** Makes memory that is missing; false if it was. */
  private boolean known(Process process, long address) {
    boolean missing = SeenMemory.isMissing(process.mm(), address);
    if (missing) {
      seen.make(cpu, process, address, (address & -PAGE) + PAGE);
    }
    return !missing && AreaKind.of(process.mm(), address) != AreaKind.SEEN;
  }

  /** The kernel executed this: if the model has it not mapped, it has a fault of its own. */
  private void fetch(PlayedProcess played, Process process, long ip) {
    int code = Access.FETCH | Access.USER;
    if (process.mm().tables().translate(ip, code) != PageTables.NO_TRANSLATION) {
      return;
    }
    if (!known(process, ip)) {
      quietly(process.mm(), ip, code);
    } else if (access(played, process.mm(), ip, code, FaultMode.USER)) {
      played.byCode();
    }
  }

  /** An access of which it is known that the kernel had no fault: memory from before. */
  private void quietly(MmStruct mm, long address, int code) {
    int error = PageFaultHandler.errorCode(mm.tables(), address, code);
    pages.handler().handle(cpu, mm, address, error, FaultMode.USER);
  }

  private static FaultMode mode(Faulted.By by) {
    return switch (by) {
      case TASK -> FaultMode.USER;
      case KERNEL -> FaultMode.KERNEL_WITH_FIXUP;
      case KERNEL_ATOMIC -> FaultMode.ATOMIC_WITH_FIXUP;
    };
  }

  /** Returns whether there was a fault. */
  private boolean access(
      PlayedProcess played, MmStruct mm, long address, int code, FaultMode mode) {
    boolean any = false;
    for (int i = 0; i < MOST_TRIES; i++) {
      if (mm.tables().translate(address, code) != PageTables.NO_TRANSLATION) {
        return any;
      }
      AreaKind area = AreaKind.of(mm, address);
      int error = PageFaultHandler.errorCode(mm.tables(), address, code);
      FaultLeaf leaf = pages.handler().handle(cpu, mm, address, error, mode);
      played.predicted(mode == FaultMode.ATOMIC_WITH_FIXUP ? FaultLeaf.ATOMIC : leaf, area);
      any = true;
      if (!leaf.isResolved()) {
        return true;
      }
    }
    return any;
  }
}
