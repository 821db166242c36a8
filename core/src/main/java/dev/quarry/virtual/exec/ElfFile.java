package dev.quarry.virtual.exec;

import dev.quarry.virtual.space.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The headers of a program: {@code struct elfhdr} and its program headers, read and checked as
 * {@code load_elf_binary} and {@code load_elf_phdrs} do (fs/binfmt_elf.c, 6.18).
 *
 * <pre>
 *    0  7f 'E' 'L' 'F'      16  type     18  machine     24  entry     32  offset of the headers
 *   54  bytes of a header   56  number of headers
 * </pre>
 */
public final class ElfFile {
  /** What is read of a file to know its kind: BINPRM_BUF_SIZE. */
  public static final int HEAD_BYTES = 256;

  static final int EXEC = 2;
  static final int DYN = 3;

  private static final int MAGIC = 0x464c_457f;
  private static final int MACHINE_X86_64 = 62;
  private static final int AT_TYPE = 16;
  private static final int AT_MACHINE = 18;
  private static final int AT_ENTRY = 24;
  private static final int AT_HEADERS = 32;
  private static final int AT_HEADER_BYTES = 54;
  private static final int AT_HEADER_COUNT = 56;
  private static final int HEADER_BYTES = 56;
  private static final int MOST_HEADER_BYTES = 65536;
  private static final int LONGEST_PATH = 4096;
  private static final int U16 = 0xFFFF;

  private final ByteBuffer head;
  private final List<ElfSegment> segments;
  private final Optional<String> interpreter;

  private ElfFile(ByteBuffer head, List<ElfSegment> segments, Optional<String> interpreter) {
    this.head = head;
    this.segments = segments;
    this.interpreter = interpreter;
  }

  /** Reads bytes of a file. */
  @FunctionalInterface
  public interface Bytes {
    /** Fills an array from an offset as far as the file goes; how many bytes there were. */
    int read(long offset, byte[] into);
  }

  /**
   * Reads the program that is to be started.
   *
   * @throws ExecException ENOEXEC if it is none
   */
  public static ElfFile program(Bytes file) throws ExecException {
    ElfFile elf = read(file, Errno.ENOEXEC);
    return new ElfFile(elf.head, elf.segments, findInterpreter(elf.segments, file));
  }

  /**
   * Reads an interpreter.
   *
   * @throws ExecException ELIBBAD if it is no program, EIO if there is less than a header of it
   */
  static ElfFile interpreter(Bytes file) throws ExecException {
    byte[] first = new byte[AT_HEADER_COUNT + Long.BYTES];
    if (file.read(0, first) < first.length) {
      throw new ExecException(Errno.EIO, "the interpreter ends within its header");
    }
    return read(file, Errno.ELIBBAD);
  }

  private static ElfFile read(Bytes file, int errno) throws ExecException {
    byte[] bytes = new byte[HEAD_BYTES];
    file.read(0, bytes); // what is missing is zeros, as in the kernel's buffer
    ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (head.getInt(0) != MAGIC) {
      throw new ExecException(errno, "no ELF file");
    }
    int type = head.getShort(AT_TYPE) & U16;
    int machine = head.getShort(AT_MACHINE) & U16;
    if (errno == Errno.ENOEXEC && type != EXEC && type != DYN) {
      throw new ExecException(errno, "type " + type + " is neither a program nor a shared object");
    }
    if (machine != MACHINE_X86_64) {
      throw new ExecException(errno, "machine " + machine + " is not x86-64, " + MACHINE_X86_64);
    }
    return new ElfFile(head, segments(file, head, errno), Optional.empty());
  }

  /** {@code load_elf_phdrs}. */
  private static List<ElfSegment> segments(Bytes file, ByteBuffer head, int errno)
      throws ExecException {
    int each = head.getShort(AT_HEADER_BYTES) & U16;
    int count = head.getShort(AT_HEADER_COUNT) & U16;
    if (each != HEADER_BYTES) {
      throw new ExecException(errno, "headers of " + each + " bytes are not " + HEADER_BYTES);
    }
    int bytes = each * count;
    if (bytes == 0 || bytes > MOST_HEADER_BYTES) {
      throw new ExecException(errno, bytes + " bytes of headers are not 1 to " + MOST_HEADER_BYTES);
    }
    byte[] table = new byte[bytes];
    long offset = head.getLong(AT_HEADERS);
    int read = offset < 0 ? 0 : file.read(offset, table);
    if (read < bytes) {
      throw new ExecException(errno, "of " + bytes + " bytes of headers the file has " + read);
    }
    ByteBuffer in = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    List<ElfSegment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      segments.add(segment(in));
    }
    return List.copyOf(segments);
  }

  private static ElfSegment segment(ByteBuffer in) {
    int type = in.getInt();
    int flags = in.getInt();
    long offset = in.getLong();
    long address = in.getLong();
    in.getLong(); // the physical address, which nobody uses
    return new ElfSegment(type, flags, offset, address, in.getLong(), in.getLong(), in.getLong());
  }

  /** The first PT_INTERP counts. */
  private static Optional<String> findInterpreter(List<ElfSegment> segments, Bytes file)
      throws ExecException {
    for (ElfSegment segment : segments) {
      if (segment.type() == ElfSegment.INTERP) {
        return Optional.of(path(segment, file));
      }
    }
    return Optional.empty();
  }

  private static String path(ElfSegment segment, Bytes file) throws ExecException {
    long length = segment.fileBytes();
    if (length < 2 || length > LONGEST_PATH) {
      throw new ExecException(
          Errno.ENOEXEC,
          "an interpreter's name of " + length + " bytes is not 2 to " + LONGEST_PATH);
    }
    byte[] name = new byte[(int) length];
    if (segment.offset() < 0 || file.read(segment.offset(), name) < name.length) {
      throw new ExecException(Errno.EIO, "the file ends before its interpreter's name does");
    }
    if (name[name.length - 1] != 0) {
      throw new ExecException(Errno.ENOEXEC, "the interpreter's name has no end");
    }
    int end = 0;
    while (name[end] != 0) {
      end++;
    }
    return new String(name, 0, end, StandardCharsets.UTF_8);
  }

  /** The program headers. */
  public List<ElfSegment> segments() {
    return segments;
  }

  /** Who runs first, if it names one. */
  public Optional<String> interpreter() {
    return interpreter;
  }

  int type() {
    return head.getShort(AT_TYPE) & U16;
  }

  long entry() {
    return head.getLong(AT_ENTRY);
  }

  long headersOffset() {
    return head.getLong(AT_HEADERS);
  }

  /** Whether code on the stack may run: PT_GNU_STACK. */
  boolean hasExecutableStack() {
    boolean executable = false;
    for (ElfSegment segment : segments) {
      if (segment.type() == ElfSegment.GNU_STACK) {
        executable = segment.isExecutable();
      }
    }
    return executable;
  }

  /** From the first segment's first page to the last one's end: {@code total_mapping_size}. */
  long totalBytes() {
    long lowest = -1;
    long highest = 0;
    boolean any = false;
    for (ElfSegment segment : segments) {
      if (segment.isLoad()) {
        long start = segment.address() - segment.pageOffset();
        lowest = Long.compareUnsigned(start, lowest) < 0 ? start : lowest;
        long end = segment.address() + segment.memoryBytes();
        highest = Long.compareUnsigned(end, highest) > 0 ? end : highest;
        any = true;
      }
    }
    return any ? highest - lowest : 0;
  }

  /** The largest alignment that is a power of two: {@code maximum_alignment}. */
  long alignment() {
    long most = 0;
    for (ElfSegment segment : segments) {
      if (segment.isLoad() && Long.bitCount(segment.align()) == 1) {
        most = Long.compareUnsigned(segment.align(), most) > 0 ? segment.align() : most;
      }
    }
    return (most + 4095) & -4096L;
  }
}
