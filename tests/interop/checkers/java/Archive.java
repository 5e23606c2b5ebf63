import java.io.File;
import java.util.ArrayList;
import java.util.List;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** veraPDF: does the file keep the rules of a flavour (2b, 2u, ua1 ...), and does it say of itself that it does? */
final class Archive {

    static Finding check(String file, String id) {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(id);
        VeraGreenfieldFoundryProvider.initialise();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavour);
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            List<String> broken = broken(result);
            if (!parser.getFlavours().contains(flavour)) broken.add("the metadata do not claim " + id);
            return new Finding("veraPDF", id, result.isCompliant() && broken.isEmpty(),
                    result.getTotalAssertions() + " checks", broken);
        } catch (Exception unreadable) {
            return new Finding("veraPDF", id, false, "could not be read", List.of(unreadable.toString()));
        }
    }

    private static List<String> broken(ValidationResult result) {
        List<String> rules = new ArrayList<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() != TestAssertion.Status.FAILED) continue;
            String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber()
                    + " " + assertion.getMessage();
            if (!rules.contains(rule)) rules.add(rule);
        }
        return rules;
    }
}
