package dev.quarry.virtual.exec;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.UserMemory;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.Mmap;
import dev.quarry.virtual.space.Munmap;
import java.lang.foreign.MemorySegment;

/**
 * Maps the segments of one file: {@code elf_load}, {@code elf_map}, {@code load_elf_interp}
 * (fs/binfmt_elf.c, 6.18). The address space is nobody's yet.
 *
 * <p>The first segment asks for the addresses of all, so that they lie together; what the first one
 * does not need is given back, and the others go there.
 */
final class ElfLoader {
  private static final long PAGE = PageTableLayout.PAGE_SIZE;

  private final Cpu cpu;
  private final MmStruct mm;
  private final UserMemory memory;
  private final CachedFile file;
  private final ElfFile elf;

  /** What was added to the file's addresses. */
  private long bias;

  private long startCode = -1;
  private long endCode;
  private long startData;
  private long endData;
  private long end;

  ElfLoader(Cpu cpu, MmStruct mm, UserMemory memory, CachedFile file, ElfFile elf) {
    this.cpu = cpu;
    this.mm = mm;
    this.memory = memory;
    this.file = file;
    this.elf = elf;
  }

  /**
   * Maps a program.
   *
   * @param base where it goes if it may be anywhere; 0: where a mapping without a hint goes
   */
  void program(long base) throws ExecException {
    loadAll(base, Errno.EINVAL);
  }

  /** Maps an interpreter: where a mapping without a hint goes. */
  void interpreter() throws ExecException {
    if (elf.type() != ElfFile.EXEC && elf.type() != ElfFile.DYN) {
      throw new ExecException(Errno.EINVAL, "the interpreter's type is " + elf.type());
    }
    if (elf.totalBytes() == 0) {
      throw new ExecException(Errno.EINVAL, "the interpreter has nothing to be loaded");
    }
    loadAll(0, Errno.ENOMEM);
  }

  /** Maps all segments; a false one is told with the error number for liars. */
  private void loadAll(long base, int liar) throws ExecException {
    boolean first = true;
    for (ElfSegment segment : elf.segments()) {
      if (segment.isLoad()) {
        load(segment, first, base, liar);
        first = false;
      }
    }
  }

  private void load(ElfSegment segment, boolean first, long base, int liar) throws ExecException {
    boolean anywhere = elf.type() == ElfFile.DYN;
    long flags = MAP_PRIVATE | (first ? 0 : MAP_FIXED);
    long total = 0;
    if (first && anywhere) {
      total = elf.totalBytes();
      if (total == 0) {
        throw new ExecException(Errno.EINVAL, "the file has nothing to be loaded");
      }
      flags |= base == 0 ? 0 : MAP_FIXED_NOREPLACE;
      bias = base == 0 ? 0 : (base & alignmentMask()) - segment.address() & -PAGE;
    } else if (first) {
      flags |= MAP_FIXED_NOREPLACE;
    }
    long wanted = first && anywhere && base == 0 ? 0 : bias + segment.address();
    long at = map(segment, wanted, flags, total);
    if (first && anywhere) {
      bias += at - (bias + segment.address() - segment.pageOffset() & -PAGE);
    }
    note(segment, liar);
  }

  private long alignmentMask() {
    long alignment = elf.alignment();
    return alignment == 0 ? -1 : -alignment;
  }

  /** {@code elf_load}: the file's part, the rest of its last page, what is behind it. */
  private long map(ElfSegment segment, long address, long flags, long total) throws ExecException {
    long at = address & -PAGE;
    long zeroFrom = at;
    if (segment.fileBytes() != 0) {
      at = mapFile(segment, address & -PAGE, flags, total);
      zeroFrom = at + segment.pageOffset() + segment.fileBytes();
      boolean isLonger = Long.compareUnsigned(segment.memoryBytes(), segment.fileBytes()) > 0;
      if (isLonger && segment.isWritable()) {
        clear(zeroFrom);
      }
    }
    long zeroEnd = at + segment.pageOffset() + segment.memoryBytes();
    if (Long.compareUnsigned(segment.memoryBytes(), segment.fileBytes()) > 0) {
      mapZeros(align(zeroFrom), align(zeroEnd), segment.isExecutable());
    }
    return at;
  }

  /** {@code elf_map}. */
  private long mapFile(ElfSegment segment, long at, long flags, long total) throws ExecException {
    long bytes = align(segment.fileBytes() + segment.pageOffset());
    if (bytes == 0) {
      return at;
    }
    long all = align(total);
    long offset = segment.offset() - segment.pageOffset();
    long asked = all == 0 ? bytes : all;
    long result = Mmap.mmap(cpu, mm, at, asked, segment.prot(), flags, file, offset);
    check(result, segment);
    if (all != 0 && Long.compareUnsigned(all, bytes) > 0) {
      check(Munmap.munmap(cpu, mm, result + bytes, all - bytes), segment);
    }
    return result;
  }

  /** {@code vm_brk_flags}: memory that may be written whatever the segment says. */
  private void mapZeros(long from, long to, boolean executable) throws ExecException {
    if (from == to) {
      return;
    }
    long prot = PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0);
    long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    long result = Mmap.mmap(cpu, mm, from, to - from, prot, flags, null, 0);
    if (Errno.isError(result)) {
      throw new ExecException((int) -result, "no memory behind 0x" + Long.toHexString(from));
    }
  }

  /** {@code padzero}. */
  private void clear(long from) throws ExecException {
    int bytes = (int) (-from & PAGE - 1);
    if (bytes != 0) {
      MemorySegment zeros = MemorySegment.ofArray(new byte[bytes]);
      if (memory.copyToUser(cpu, mm, from, zeros, false) != 0) {
        throw new ExecException(
            Errno.EFAULT, "the page at 0x" + Long.toHexString(from) + " cannot be written");
      }
    }
  }

  private static void check(long result, ElfSegment segment) throws ExecException {
    if (Errno.isError(result)) {
      throw new ExecException(
          (int) -result, "no place for the segment at 0x" + Long.toHexString(segment.address()));
    }
  }

  private static long align(long bytes) {
    return (bytes + PAGE - 1) & -PAGE;
  }

  /** Where code, data and all end; and what no segment may be. */
  private void note(ElfSegment segment, int liar) throws ExecException {
    long from = segment.address() + bias;
    long most = mm.taskSize();
    if (Long.compareUnsigned(from, most) >= 0
        || Long.compareUnsigned(segment.fileBytes(), segment.memoryBytes()) > 0
        || Long.compareUnsigned(segment.memoryBytes(), most) > 0
        || Long.compareUnsigned(most - segment.memoryBytes(), from) < 0) {
      throw new ExecException(
          liar,
          String.join(
              " ",
              "a segment of",
              Long.toUnsignedString(segment.fileBytes()),
              "bytes in the file and",
              Long.toUnsignedString(segment.memoryBytes()),
              "in memory at 0x" + Long.toHexString(from)));
    }
    long fileEnd = from + segment.fileBytes();
    if (segment.isExecutable() && Long.compareUnsigned(from, startCode) < 0) {
      startCode = from;
    }
    startData = Math.max(startData, from);
    endCode = segment.isExecutable() ? Math.max(endCode, fileEnd) : endCode;
    endData = Math.max(endData, fileEnd);
    end = Math.max(end, from + segment.memoryBytes());
  }

  /** Tells the address space where the program is; the heap begins behind it. */
  void tell(long heapShift) {
    mm.program(startCode, endCode, startData, endData, align(end) + heapShift);
  }

  long bias() {
    return bias;
  }

  /** Where execution begins. */
  long entry() {
    return elf.entry() + bias;
  }
}
