package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Loads and stores by virtual address: every access goes through page tables, page by page, and
 * sets their accessed and dirty bits.
 *
 * <p>Beyond the machine's RAM nobody answers: loads give ones, stores go nowhere, as on a bus.
 */
public final class Mmu {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final long OFFSET_MASK = PageTableLayout.PAGE_SIZE - 1L;
  private static final byte NOBODY = (byte) 0xFF;

  private final PageTables tables;
  private final Ram ram;
  private final @Nullable Cpu cpu;
  private final Translation translation;

  /** One that belongs to no CPU, and has no TLB. */
  Mmu(PageTables tables, Ram ram) {
    this(tables, ram, null, Translation.WITHOUT_TLB);
  }

  private Mmu(PageTables tables, Ram ram, @Nullable Cpu cpu, Translation translation) {
    this.tables = tables;
    this.ram = ram;
    this.cpu = cpu;
    this.translation = translation;
  }

  /** The same as a CPU has it, with its TLB if one is modelled. */
  public Mmu on(Cpu of, Translation how) {
    return new Mmu(tables, ram, of, how);
  }

  /**
   * Loads bytes, the lowest address's lowest.
   *
   * @param bytes 1 to 8
   * @param access bits of {@link Access} beside the kind
   * @throws PageFaultException if they are not mapped
   */
  public long load(long address, int bytes, int access) {
    if (bytes == Long.BYTES && (address & OFFSET_MASK) <= OFFSET_MASK + 1 - Long.BYTES) {
      long physical = physical(address, access | Access.READ);
      return isRam(physical) ? ram.getLong(physical) : -1L;
    }
    byte[] parts = new byte[checked(bytes)];
    read(address, MemorySegment.ofArray(parts), access);
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (parts[i] & 0xFF);
    }
    return value;
  }

  /**
   * Stores the lowest bytes of a value.
   *
   * @param bytes 1 to 8
   * @throws PageFaultException if they are not mapped, or read-only; nothing was stored
   */
  public void store(long address, int bytes, long value, int access) {
    if (bytes == Long.BYTES && (address & OFFSET_MASK) <= OFFSET_MASK + 1 - Long.BYTES) {
      long physical = physical(address, access | Access.WRITE);
      if (isRam(physical)) {
        ram.putLong(physical, value);
      }
      return;
    }
    byte[] parts = new byte[checked(bytes)];
    for (int i = 0; i < bytes; i++) {
      parts[i] = (byte) (value >>> (i * Byte.SIZE));
    }
    physical(address + bytes - 1, access | Access.WRITE); // both pages are there, or none is used
    write(address, MemorySegment.ofArray(parts), access);
  }

  private static int checked(int bytes) {
    if (bytes < 1 || bytes > Long.BYTES) {
      throw new IllegalArgumentException(bytes + " bytes are not 1 to " + Long.BYTES);
    }
    return bytes;
  }

  /**
   * Copies memory out, across pages.
   *
   * @throws PageFaultException at the first page that is not mapped; those before it were copied
   */
  public void read(long address, MemorySegment to, int access) {
    long size = to.byteSize();
    for (long done = 0; done < size; ) {
      long step = inPage(address + done, size - done);
      long physical = physical(address + done, access | Access.READ);
      MemorySegment part = to.asSlice(done, step);
      if (isRam(physical)) {
        part.copyFrom(ram.slice(physical, step));
      } else {
        part.fill(NOBODY);
      }
      done += step;
    }
  }

  /**
   * Copies memory in, across pages.
   *
   * @throws PageFaultException at the first page that cannot be written; those before it were
   */
  public void write(long address, MemorySegment from, int access) {
    long size = from.byteSize();
    for (long done = 0; done < size; ) {
      long step = inPage(address + done, size - done);
      long physical = physical(address + done, access | Access.WRITE);
      if (isRam(physical)) {
        ram.slice(physical, step).copyFrom(from.asSlice(done, step));
      }
      done += step;
    }
  }

  /** Sets bytes to one value, across pages. */
  public void fill(long address, long bytes, byte value, int access) {
    for (long done = 0; done < bytes; ) {
      long step = inPage(address + done, bytes - done);
      long physical = physical(address + done, access | Access.WRITE);
      if (isRam(physical)) {
        ram.slice(physical, step).fill(value);
      }
      done += step;
    }
  }

  private static long inPage(long address, long bytes) {
    return Math.min(bytes, (1L << PAGE_SHIFT) - (address & OFFSET_MASK));
  }

  /** Where an access goes. */
  long physical(long address, int access) {
    long physical =
        cpu == null
            ? tables.translate(address, access)
            : translation.translate(cpu, tables, address, access);
    if (physical == PageTables.NO_TRANSLATION) {
      throw new PageFaultException(tables.fault(address, access));
    }
    return physical;
  }

  private boolean isRam(long physical) {
    return physical + Long.BYTES <= ram.bytes();
  }
}
