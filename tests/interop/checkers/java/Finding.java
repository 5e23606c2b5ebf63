import java.util.List;
import java.util.stream.Collectors;

/** One line of JSON on standard output: which program looked, at what, whether it is content, and what it says. */
record Finding(String program, String subject, boolean good, String detail, List<String> messages) {

    void print() {
        String notes = messages.stream().map(Finding::quoted).collect(Collectors.joining(", "));
        System.out.printf("{\"program\": %s, \"subject\": %s, \"good\": %s, \"detail\": %s, \"messages\": [%s]}%n",
                quoted(program), quoted(subject), good, quoted(detail), notes);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : String.valueOf(text).toCharArray()) {
            if (c == '"' || c == '\\' || c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
