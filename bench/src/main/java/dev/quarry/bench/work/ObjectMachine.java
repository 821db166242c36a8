package dev.quarry.bench.work;

import dev.quarry.kernel.CpuBinding;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.DirectMemory;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabCpu;

/** A machine with two CPUs for objects, and ways to its object allocator. */
final class ObjectMachine implements AutoCloseable {
  private static final String SPEC =
      """
      release 6.18
      cpus 0-1
      zone Normal
      """;

  private final Machine machine;
  private final CpuBinding binding;

  /**
   * Boots it.
   *
   * @param memory its size, such as 1G
   * @param kmalloc the sizes of its general caches
   * @param checks letters of {@code slab_debug}, or {@code -}
   */
  ObjectMachine(String memory, String kmalloc, String checks) {
    String settings = "memory 0-" + memory + "\nkmalloc " + kmalloc + "\nslab_debug " + checks;
    machine = Machine.boot(MachineSpecReader.read("objects", SPEC + settings + "\n"));
    machine.slab();
    binding = new CpuBinding(machine.cpus());
  }

  Machine machine() {
    return machine;
  }

  /** The way of a thread that has a CPU in hand: takes one for the calling thread. */
  AddressAllocator inHand() {
    return new InHand(machine.slab(), binding.current());
  }

  /** The way of a thread that looks its CPU up each time. */
  AddressAllocator byThread() {
    binding.current();
    return new ByThread(machine.slab(), binding);
  }

  /** Lets the calling thread's CPU go. */
  void release() {
    binding.release();
  }

  /** Checks it and gives its memory back: a figure of a broken machine is worth nothing. */
  @Override
  public void close() {
    long misuses = machine.slab().misuses();
    MachineEnd.close(machine);
    if (misuses > 0) {
      throw new IllegalStateException(misuses + " misuses");
    }
  }

  private static long served(long address, int bytes) {
    if (address == 0) {
      throw new IllegalStateException("kmalloc of " + bytes + " bytes failed");
    }
    return address;
  }

  private static final class InHand extends AddressAllocator {
    private final SlabCpu slab;
    private final DirectMemory memory;

    InHand(SlabAllocator slab, Cpu cpu) {
      this.slab = slab.on(cpu);
      this.memory = slab.memory();
    }

    @Override
    long allocate(int bytes, long word) {
      long address = served(slab.kmalloc(bytes, Gfp.GFP_KERNEL), bytes);
      memory.putLong(address, word);
      return address;
    }

    @Override
    void free(long address) {
      slab.kfree(address);
    }
  }

  private static final class ByThread extends AddressAllocator {
    private final SlabAllocator slab;
    private final DirectMemory memory;
    private final CpuBinding binding;

    ByThread(SlabAllocator slab, CpuBinding binding) {
      this.slab = slab;
      this.memory = slab.memory();
      this.binding = binding;
    }

    @Override
    long allocate(int bytes, long word) {
      long address = served(slab.kmalloc(binding.current(), bytes, Gfp.GFP_KERNEL), bytes);
      memory.putLong(address, word);
      return address;
    }

    @Override
    void free(long address) {
      slab.kfree(binding.current(), address);
    }
  }
}
