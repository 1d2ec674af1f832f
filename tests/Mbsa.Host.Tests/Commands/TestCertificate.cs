using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mbsa.Host.Tests.Commands;

/// <summary>A certificate that signed itself, with its key in a file.</summary>
internal static class TestCertificate
{
    public static string Write(string folder, string name, string password, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256).CreateSelfSigned(until.AddDays(-10), until);
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password));
        return path;
    }
}
