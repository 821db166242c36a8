package dev.quarry.observe;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files of a running kernel, and the specification of a machine like the one that it ran on. */
final class Recorded {
  private Recorded() {}

  static String text(String name) {
    try (InputStream in = Recorded.class.getResourceAsStream("recorded/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no recorded file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> lines(String name) {
    return text(name).lines().toList();
  }

  static MachineSpec machine() {
    return MachineSpecReader.read("recorded.machine", text("recorded.machine"));
  }
}
