package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.Sizes;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of processes as words: a number, a name, a part of one, or several of them added up:
 * {@code a+8}, {@code a+3*4K-1}. What comes out must be an address: 64 bits, none below 0.
 */
final class UserAddresses {
  /** A term with its sign; a name may have a part and a number. */
  private static final Pattern TERM = Pattern.compile("([+-]?)([^+*-]+)(?:\\*([^+*-]+))?");

  private static final BigInteger END = BigInteger.ONE.shiftLeft(Long.SIZE);

  private UserAddresses() {}

  static long of(Call call, Session session, int index) {
    return call.read(
        index, "an address such as a, a+4K or 0x1000", value -> sum(session, value, "an address"));
  }

  /** A length; -1 is all 64 bits set, as a process may pass it. */
  static long bytes(Call call, Session session, int index) {
    return call.read(
        index,
        "a length such as 64K",
        value -> value.word().equals("-1") ? -1L : sum(session, value, "a length"));
  }

  /** An address or a length of an option, or something else. */
  static long option(Call call, Session session, String name, long otherwise) {
    return call.option(name, value -> sum(session, value, "an address"), otherwise);
  }

  /** A word that begins with a sign, added to an address. */
  static long sum(Processing it, int index, long address) {
    Session session = it.session();
    BigInteger from = new BigInteger(Long.toUnsignedString(address));
    return it.call().read(index, "a number", value -> sum(session, value, "a number", from));
  }

  private static long sum(Session session, Value value, String what) {
    return sum(session, value, what, BigInteger.ZERO);
  }

  private static long sum(Session session, Value value, String what, BigInteger from) {
    String text = value.word();
    BigInteger sum = from;
    Matcher term = TERM.matcher(text);
    int end = 0;
    while (term.find() && term.start() == end) {
      end = term.end();
      String factor = term.group(3);
      BigInteger product = single(session, term.group(2), text, what);
      product = factor == null ? product : product.multiply(single(session, factor, text, what));
      sum = term.group(1).equals("-") ? sum.subtract(product) : sum.add(product);
    }
    if (end < text.length() || text.isEmpty()) {
      throw no(text, what, null);
    }
    if (sum.signum() < 0 || sum.compareTo(END) >= 0) {
      throw new IllegalArgumentException(
          text
              + (sum.signum() < 0 ? " is below 0" : " is beyond the largest, 2^64 - 1")
              + ": it wraps around");
    }
    return sum.longValue();
  }

  private static BigInteger single(Session session, String word, String all, String what) {
    Value named = session.name(word);
    int dot = word.lastIndexOf('.');
    if (named == null && dot > 0) {
      Value whole = session.name(word.substring(0, dot));
      named = whole == null ? null : whole.field(word.substring(dot + 1)).orElse(null);
    }
    if (named instanceof Value.Failure failure) {
      throw new IllegalArgumentException("\"" + word + "\" " + failure.show());
    }
    String text = named == null ? word : named.word();
    try {
      return text.startsWith("0x")
          ? new BigInteger(Long.toUnsignedString(Long.parseUnsignedLong(text.substring(2), 16)))
          : BigInteger.valueOf(Sizes.parse(text));
    } catch (IllegalArgumentException e) {
      throw no(all, what, e);
    }
  }

  private static IllegalArgumentException no(String text, String what, @Nullable Throwable why) {
    return new IllegalArgumentException(
        "\"" + text + "\" is not " + what + ": a number, a name, or these added up: a+4K", why);
  }
}
