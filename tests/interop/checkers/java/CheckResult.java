import java.util.ArrayList;
import java.util.List;

/**
 * CheckResult FLAVOUR[,FLAVOUR] required|optional FILE.pdf [CERTIFICATE|LIST.crl]...
 *
 * Looks at one result with veraPDF and EU DSS, off-line, and prints one JSON line for each finding. The second argument
 * says whether revocation data are required. Exit status 0 when the looking was done, whatever was found.
 */
public final class CheckResult {

    public static void main(String[] args) throws Exception {
        List<Finding> findings = new ArrayList<>();
        for (String flavour : args[0].split(",")) findings.add(Archive.check(args[2], flavour));
        findings.addAll(new Signatures(args[1].equals("required"), List.of(args).subList(3, args.length)).check(args[2]));
        findings.forEach(Finding::print);
    }
}
