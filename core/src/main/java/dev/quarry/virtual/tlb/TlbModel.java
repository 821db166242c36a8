package dev.quarry.virtual.tlb;

import java.util.Locale;

/** Which TLB the CPUs have. */
public sealed interface TlbModel {
  /** One that the processor fills by walking the page tables. */
  record Hardware(TlbGeometry geometry) implements TlbModel {}

  /** One that the kernel fills in an exception. */
  record Software(MipsGeometry geometry) implements TlbModel {}

  /**
   * Reads {@code usual}, arrays such as {@code 64/4+1536/12}, {@code mips} or {@code mips:48}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static TlbModel parse(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    if (word.equals("mips")) {
      return new Software(MipsGeometry.R4000);
    }
    if (word.startsWith("mips:")) {
      String number = word.substring("mips:".length());
      if (!number.matches("[0-9]{1,6}")) {
        throw new IllegalArgumentException("\"" + number + "\" is no number of pairs of pages");
      }
      return new Software(new MipsGeometry(Integer.parseInt(number), 0, MipsGeometry.R4000.seed()));
    }
    return new Hardware(TlbGeometry.parse(text));
  }

  /** The model as a setting has it. */
  default String text() {
    return switch (this) {
      case Hardware(TlbGeometry geometry) -> geometry.text();
      case Software(MipsGeometry geometry) -> geometry.text();
    };
  }

  /** How many levels its arrays have. */
  default int levels() {
    return switch (this) {
      case Hardware(TlbGeometry geometry) -> geometry.levels();
      case Software(MipsGeometry _) -> 1;
    };
  }
}
