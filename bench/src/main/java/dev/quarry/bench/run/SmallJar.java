package dev.quarry.bench.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/** A jar with some of another's classes: a start is not to pay for all the others. */
public final class SmallJar {
  private SmallJar() {}

  /**
   * Copies all entries whose names begin so.
   *
   * @throws IOException if a file cannot be read or written
   */
  public static void copy(Path from, Path to, List<String> beginnings) throws IOException {
    try (JarFile all = new JarFile(from.toFile());
        OutputStream out = Files.newOutputStream(to);
        JarOutputStream some = new JarOutputStream(out)) {
      for (JarEntry entry : all.stream().toList()) {
        if (!entry.isDirectory() && beginnings.stream().anyMatch(entry.getName()::startsWith)) {
          some.putNextEntry(new JarEntry(entry.getName()));
          all.getInputStream(entry).transferTo(some);
        }
      }
    }
  }
}
