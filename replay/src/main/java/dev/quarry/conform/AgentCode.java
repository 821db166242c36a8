package dev.quarry.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The program of {@link Agent}, put together from the listing in {@code agent.txt}: an ELF file of
 * one segment without a library, so that the process has as few areas as a process can have.
 */
final class AgentCode {
  private static final String LISTING = "agent.txt";
  private static final long BASE = 0x40_0000;
  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int CODE_AT = HEADER_BYTES + 2 * PROGRAM_HEADER_BYTES;
  private static final int PT_LOAD = 1;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int READ_EXECUTE = 5;
  private static final int READ_WRITE = 6;
  private static final int PAGE_BYTES = 4096;
  private static final short EXECUTABLE = 2;
  private static final short X86_64 = 62;
  private static final int DISTANCE_BYTES = 4;

  private final Map<String, Integer> labels = new HashMap<>();
  private final Map<Integer, String> distances = new HashMap<>();
  private final byte[] code;

  AgentCode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : listing()) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (text.endsWith(":")) {
        labels.put(text.substring(0, text.length() - 1), bytes.size());
        continue;
      }
      for (String word : text.substring(0, text.indexOf('|')).strip().split(" ")) {
        if (word.startsWith("@")) {
          distances.put(bytes.size(), word.substring(1));
          bytes.writeBytes(new byte[DISTANCE_BYTES]);
        } else {
          bytes.write(HexFormat.fromHexDigits(word));
        }
      }
    }
    this.code = bytes.toByteArray();
    ByteBuffer patched = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    distances.forEach((at, label) -> patched.putInt(at, offset(label) - at - DISTANCE_BYTES));
  }

  private static List<String> listing() {
    try (InputStream in = AgentCode.class.getResourceAsStream(LISTING)) {
      if (in == null) {
        throw new IllegalStateException(LISTING + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int offset(String label) {
    Integer known = labels.get(label);
    if (known == null) {
      throw new IllegalStateException(label + " is no label of " + LISTING);
    }
    return known;
  }

  /** Where the code of a label is in the process. */
  long address(String label) {
    return BASE + CODE_AT + offset(label);
  }

  /** The file: header, program headers, code. */
  byte[] elf() {
    int size = CODE_AT + code.length;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    out.putShort(EXECUTABLE).putShort(X86_64).putInt(1);
    out.putLong(BASE + CODE_AT).putLong(HEADER_BYTES).putLong(0).putInt(0);
    out.putShort((short) HEADER_BYTES).putShort((short) PROGRAM_HEADER_BYTES).putShort((short) 2);
    out.position(HEADER_BYTES);
    programHeader(out, PT_LOAD, READ_EXECUTE, BASE, size);
    programHeader(out, PT_GNU_STACK, READ_WRITE, 0, 0);
    return out.put(code).array();
  }

  private static void programHeader(ByteBuffer out, int type, int flags, long address, long size) {
    out.putInt(type).putInt(flags).putLong(0).putLong(address).putLong(address);
    out.putLong(size).putLong(size).putLong(PAGE_BYTES);
  }
}
