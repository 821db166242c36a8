package dev.quarry.conform;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A list of what an {@link Agent} is to do, in its control memory.
 *
 * <pre>
 *   0        0x4000         0x10000           0x400000                     0x1000000
 *   | turn   | stack of     | records of      | data that calls read      |
 *   | next   | signals      | 96 bytes each   | and write                 |
 * </pre>
 *
 * A record: {@code 0 process, 8 kind, 16 number, 24 to 64 arguments, 72 result, 80 status}.
 */
final class Batch {
  static final long SIGNAL_STACK = 0x4000;
  static final long SIGNAL_STACK_BYTES = 0xc000;
  private static final long RECORDS = 0x1_0000;
  private static final long DATA = 0x40_0000;
  private static final int RECORD_BYTES = 96;
  private static final int PROCESS = 0;
  private static final int KIND = 8;
  private static final int NUMBER = 16;
  private static final int ARGUMENTS = 24;
  private static final int RESULT = 72;
  private static final int STATUS = 80;

  private static final long END = 0;
  private static final long CALL = 1;
  private static final long QUERY = 2;
  private static final long LOAD_8 = 3;
  private static final long LOAD_1 = 4;
  private static final long STORE_8 = 5;
  private static final long STORE_1 = 6;
  private static final long FORK = 7;
  private static final long EXIT = 8;

  private final Agent agent;
  private final MemorySegment control;
  private long nextRecord = RECORDS;
  private long nextData = DATA;

  Batch(Agent agent) {
    this.agent = agent;
    this.control = agent.control();
  }

  /** Room for data, aligned to 64 bytes: its offset. */
  long room(long bytes) {
    long at = nextData;
    nextData += (bytes + 63) & -64L;
    if (nextData > Agent.CONTROL_BYTES) {
      throw new IllegalStateException("more data than " + Agent.CONTROL_BYTES + " bytes");
    }
    return at;
  }

  /** Where the process has an offset of the control memory. */
  static long address(long offset) {
    return Agent.CONTROL + offset;
  }

  private long record(int who, long kind, long number, long... arguments) {
    long at = nextRecord;
    nextRecord += RECORD_BYTES;
    if (nextRecord > DATA) {
      throw new IllegalStateException("more records than fit");
    }
    put(at + PROCESS, who);
    put(at + KIND, kind);
    put(at + NUMBER, number);
    for (int i = 0; i < 6; i++) {
      put(at + ARGUMENTS + 8L * i, i < arguments.length ? arguments[i] : 0);
    }
    put(at + RESULT, 0);
    put(at + STATUS, 0);
    return at;
  }

  /** A system call. All of these return the record. */
  long call(int who, long number, long... arguments) {
    return record(who, CALL, number, arguments);
  }

  /** Lists areas from an address to another one: five numbers of each, at an offset of data. */
  long query(int who, int mapsFd, long from, long to, long data, long struct) {
    return record(who, QUERY, 0, mapsFd, from, to, address(data), address(struct));
  }

  /** The processor loads. */
  long load(int who, long address, long bytes) {
    return record(who, bytes == 1 ? LOAD_1 : LOAD_8, 0, address);
  }

  /** The processor stores. */
  long store(int who, long address, long bytes, long value) {
    return record(who, bytes == 1 ? STORE_1 : STORE_8, 0, address, value);
  }

  /** Process 0 makes process 1. */
  long fork() {
    return record(0, FORK, 0, 1);
  }

  /** Process 1 ends. */
  long exit() {
    return record(1, EXIT, 0);
  }

  /** Does it all and begins an empty list; results stay readable until new records are written. */
  void run() {
    record(0, END, 0);
    agent.run(RECORDS);
    nextRecord = RECORDS;
    nextData = DATA;
  }

  void put(long offset, long value) {
    control.set(ValueLayout.JAVA_LONG, offset, value);
  }

  long get(long offset) {
    return control.get(ValueLayout.JAVA_LONG, offset);
  }

  byte[] bytes(long offset, int count) {
    return control.asSlice(offset, count).toArray(ValueLayout.JAVA_BYTE);
  }

  void putBytes(long offset, byte[] bytes) {
    MemorySegment.copy(bytes, 0, control, ValueLayout.JAVA_BYTE, offset, bytes.length);
  }

  long result(long record) {
    return get(record + RESULT);
  }

  long status(long record) {
    return get(record + STATUS);
  }
}
