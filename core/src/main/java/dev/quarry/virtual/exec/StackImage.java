package dev.quarry.virtual.exec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a program finds on its stack: {@code copy_string_kernel} (fs/exec.c) and {@code
 * create_elf_tables} (fs/binfmt_elf.c, 6.18).
 *
 * <pre>
 *   top       8 bytes of zeros
 *             the file's name, the environment's strings, the arguments'
 *             16 random bytes, the platform's name
 *   aligned   auxiliary vector: pairs of type and value, ending in 0, 0
 *             pointers to the environment's strings, 0
 *             pointers to the arguments, 0
 *   bottom    how many arguments there are
 * </pre>
 *
 * @param address of the lowest byte: the stack pointer at the start
 */
record StackImage(long address, byte[] bytes) {
  private static final int ALIGNMENT = 16;
  private static final int RANDOM_BYTES = 16;
  private static final int AT_PHDR = 3;
  private static final int AT_PHENT = 4;
  private static final int AT_PHNUM = 5;
  private static final int AT_PAGESZ = 6;
  private static final int AT_BASE = 7;
  private static final int AT_FLAGS = 8;
  private static final int AT_ENTRY = 9;
  private static final int AT_PLATFORM = 15;
  private static final int AT_RANDOM = 25;
  private static final int AT_EXECFN = 31;
  private static final int AT_SYSINFO_EHDR = 33;
  private static final long PAGE_BYTES = 4096;
  private static final long HEADER_BYTES = 56;

  /** What the auxiliary vector says of the program. */
  record Facts(long headers, int headerCount, long interpreterBase, long entry, long vdso) {}

  /** Strings, from the top downwards. */
  private static final class Strings {
    final List<byte[]> parts = new ArrayList<>();
    long at;

    Strings(long top) {
      at = top;
    }

    long push(byte[] part) {
      parts.add(part);
      at -= part.length;
      return at;
    }

    long push(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      byte[] ended = new byte[bytes.length + 1];
      System.arraycopy(bytes, 0, ended, 0, bytes.length);
      return push(ended);
    }

    /** All strings of a list, the last one highest; their addresses. */
    List<Long> push(List<String> texts) {
      List<Long> addresses = new ArrayList<>();
      for (String text : texts.reversed()) {
        addresses.addFirst(push(text));
      }
      return addresses;
    }
  }

  static StackImage of(long top, String path, List<String> argv, List<String> envp, Facts facts) {
    Strings strings = new Strings(top);
    strings.push(new byte[Long.BYTES]);
    long name = strings.push(path);
    List<Long> environment = strings.push(envp);
    List<Long> arguments = strings.push(argv);
    strings.at &= -ALIGNMENT;
    long platform = strings.at - Long.BYTES;
    long random = platform - RANDOM_BYTES;
    long[] aux = auxiliary(facts, name, platform, random);
    int words = 1 + arguments.size() + 1 + environment.size() + 1 + aux.length;
    long bottom = random - (long) words * Long.BYTES & -ALIGNMENT;
    ByteBuffer out = ByteBuffer.allocate((int) (top - bottom)).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(arguments.size());
    arguments.forEach(out::putLong);
    out.putLong(0);
    environment.forEach(out::putLong);
    out.putLong(0);
    for (long word : aux) {
      out.putLong(word);
    }
    out.position((int) (platform - bottom));
    out.put("x86_64".getBytes(StandardCharsets.US_ASCII));
    out.position(out.capacity());
    for (byte[] part : strings.parts) {
      out.position(out.position() - part.length);
      out.put(out.position(), part);
    }
    return new StackImage(bottom, out.array());
  }

  private static long[] auxiliary(Facts facts, long name, long platform, long random) {
    return new long[] {
      AT_SYSINFO_EHDR,
      facts.vdso(),
      AT_PAGESZ,
      PAGE_BYTES,
      AT_PHDR,
      facts.headers(),
      AT_PHENT,
      HEADER_BYTES,
      AT_PHNUM,
      facts.headerCount(),
      AT_BASE,
      facts.interpreterBase(),
      AT_FLAGS,
      0,
      AT_ENTRY,
      facts.entry(),
      AT_RANDOM,
      random,
      AT_EXECFN,
      name,
      AT_PLATFORM,
      platform,
      0,
      0
    };
  }
}
