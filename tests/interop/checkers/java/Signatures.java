import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;

/**
 * EU DSS: is each signature good, does its certificate lead to a given root, and was nothing changed after it?
 *
 * DSS lets pass what is drawn over a page after signing, with no word; here any change but a further signature counts
 * against every signature before it.
 */
final class Signatures {

    private final boolean revocationRequired;
    private final CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);

    /** The first certificate is the root, the only one that is trusted; the others may help to reach it. */
    Signatures(boolean revocationRequired, List<String> files) {
        this.revocationRequired = revocationRequired;
        CommonTrustedCertificateSource root = new CommonTrustedCertificateSource();
        CommonCertificateSource others = new CommonCertificateSource();
        List<DSSDocument> lists = new ArrayList<>();
        for (String path : files) {
            if (path.endsWith(".crl")) lists.add(new FileDocument(path));
            else (root.getCertificates().isEmpty() ? root : others).addCertificate(DSSUtils.loadCertificate(new File(path)));
        }
        verifier.setTrustedCertSources(root);
        verifier.setAdjunctCertSources(others);
        if (!lists.isEmpty()) verifier.setCrlSource(new ExternalResourcesCRLSource(lists.toArray(DSSDocument[]::new)));
    }

    List<Finding> check(String file) throws IOException {
        try {
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
            validator.setCertificateVerifier(verifier);
            Reports reports = validator.validateDocument(policy());
            return reports.getSimpleReport().getSignatureIdList().stream().map(id -> finding(reports, id)).toList();
        } catch (RuntimeException unreadable) {
            return List.of(new Finding("DSS", "-", false, "could not be read", List.of(unreadable.toString())));
        }
    }

    private static Finding finding(Reports reports, String id) {
        SimpleReport report = reports.getSimpleReport();
        SignatureWrapper signature = reports.getDiagnosticData().getSignatureById(id);
        boolean changed = changedAfter(signature);
        String indication = report.getIndication(id)
                + (report.getSubIndication(id) == null ? "" : " " + report.getSubIndication(id))
                + ", " + report.getSignatureFormat(id) + (changed ? ", CHANGED AFTER SIGNING" : "");
        List<String> messages = Stream.concat(report.getAdESValidationErrors(id).stream(),
                report.getAdESValidationWarnings(id).stream()).map(message -> message.getValue()).toList();
        return new Finding("DSS", String.join("+", signature.getSignatureFieldNames()),
                report.getIndication(id) == Indication.TOTAL_PASSED && !changed, indication, messages);
    }

    private static boolean changedAfter(SignatureWrapper signature) {
        return !signature.getPdfUndefinedChanges().isEmpty()
                || !signature.getPdfAnnotationChanges().isEmpty()
                || !signature.getPdfPageDifferenceConcernedPages().isEmpty()
                || !signature.getPdfVisualDifferenceConcernedPages().isEmpty()
                || !signature.isPdfSignatureDictionaryConsistent();
    }

    /** DSS's own policy, in which absent revocation data are a warning unless they are required. */
    private InputStream policy() throws IOException {
        try (InputStream in = Signatures.class.getResourceAsStream("/policy/constraint.xml")) {
            String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String rule : List.of("UndefinedChanges", "PdfVisualDifference", "DocMDP", "SigFieldLock"))
                xml = xml.replace("<" + rule + " Level=\"WARN\"", "<" + rule + " Level=\"FAIL\"");
            if (!revocationRequired)
                for (String rule : List.of("RevocationDataAvailable", "AcceptableRevocationDataFound"))
                    xml = xml.replace("<" + rule + " Level=\"FAIL\"", "<" + rule + " Level=\"WARN\"");
            return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
        }
    }
}
