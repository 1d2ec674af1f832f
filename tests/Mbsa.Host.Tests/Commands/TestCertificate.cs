using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mbsa.Host.Tests.Commands;

/// <summary>Certificates with their keys, in files.</summary>
internal static class TestCertificate
{
    /// <summary>One that signed itself.</summary>
    public static string Write(string folder, string name, string password, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(until.AddDays(-10), until);
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password));
        return path;
    }

    /// <summary>An authority's, without its key, and one of a node that it signed.</summary>
    public static (string Authority, string Node) WriteSigned(string folder, string name, string password)
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true,
            hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        using var nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest($"CN={name}-node", nodeKey, HashAlgorithmName.SHA256)
            .Create(authority, now.AddHours(-1), now.AddDays(1), [1, 2, 3, 4]);
        using var certificate = signed.CopyWithPrivateKey(nodeKey);
        var (authorityPath, nodePath) = (Path.Combine(folder, $"{name}.crt"), Path.Combine(folder, $"{name}.pfx"));
        File.WriteAllText(authorityPath, authority.ExportCertificatePem());
        File.WriteAllBytes(nodePath, certificate.Export(X509ContentType.Pkcs12, password));
        return (authorityPath, nodePath);
    }
}
