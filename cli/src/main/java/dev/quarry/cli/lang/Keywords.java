package dev.quarry.cli.lang;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of the language that are no commands, and what {@code help} says of them. */
final class Keywords {
  private static final Map<String, String> HELP = new LinkedHashMap<>();

  static {
    HELP.put(
        "repeat",
        """
        repeat N { ... }
          runs the commands between the braces N times; results of loops are not shown, only how
          many of them failed
          example:
            repeat 100 { alloc_page GFP_KERNEL }\
        """);
    HELP.put(
        "for",
        """
        for NAME in FIRST..LAST { ... }
          runs the commands between the braces once for each number; $NAME is the number
          example:
            for i in 0..9 { p[$i] = alloc_page GFP_KERNEL }
            free_pages p[3]\
        """);
    HELP.put(
        "expect",
        """
        expect VALUE == VALUE, expect fails COMMAND, expect works COMMAND
          ends a script with exit code 1 when it does not hold; the operators are == != < <= > >=
          example:
            p = alloc_pages GFP_KERNEL order=3
            expect p.pages == 8
            expect Normal.free < Normal.managed
            f = fill GFP_KERNEL order=10
            expect fails alloc_pages GFP_KERNEL order=10\
        """);
  }

  private Keywords() {}

  static List<String> names() {
    return List.copyOf(HELP.keySet());
  }

  static @Nullable String help(String name) {
    return HELP.get(name);
  }
}
