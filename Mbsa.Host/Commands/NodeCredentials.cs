using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mbsa.Actors.Nodes;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>What a node proves itself with: read from files, so that no list of processes shows it.</summary>
internal static class NodeCredentials
{
    private const int MinSecret = 16;
    private const int MaxBytes = 4096;

    /// <summary>The secret of a cluster: the first line of a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is too short to be one.</exception>
    public static string? Secret(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var secret = FirstLine("--secret-file", path);
        return secret.Length >= MinSecret
            ? secret
            : throw new InputException(
                $"--secret-file: the first line of {path} has {secret.Length} characters, and a secret at least {MinSecret}; "
                + $"'openssl rand -hex 32 > {path}' makes one");
    }

    /// <summary>The certificate of a node, found good: it opens with its password, has a private key and has not expired.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public static NodeCertificate? Certificate(string? path, string? passwordPath, DateTimeOffset now)
    {
        if (path is null)
        {
            return passwordPath is null
                ? null
                : throw new InputException("--tls-password-file: there is no --tls-cert that it could be the password of");
        }

        var password = passwordPath is null ? null : FirstLine("--tls-password-file", passwordPath);
        using var certificate = Open(path, password);
        if (!certificate.HasPrivateKey)
        {
            throw new InputException(
                $"--tls-cert: {path} has no private key; a node needs certificate and key in one PKCS #12 file (.pfx)");
        }

        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return to < now.UtcDateTime || from > now.UtcDateTime
            ? throw new InputException(
                FormattableString.Invariant($"--tls-cert: {path} is valid from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}, and not now"))
            : new NodeCertificate(path, password);
    }

    private static X509Certificate2 Open(string path, string? password)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, password);
        }
        catch (CryptographicException) when (File.Exists(path))
        {
            throw new InputException($"--tls-cert: {path} does not open; it is no PKCS #12 file (.pfx), or "
                + (password is null ? "needs --tls-password-file" : "its password is another than that of --tls-password-file"));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw CannotRead("--tls-cert", path, e);
        }
    }

    private static string FirstLine(string option, string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var buffer = new byte[MaxBytes];
            using var reader =
                new StreamReader(new MemoryStream(buffer, 0, stream.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false)));
            return reader.ReadLine()?.Trim() is { Length: > 0 } line
                ? line
                : throw new InputException($"{option}: the first line of {path} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CannotRead(option, path, e);
        }
    }

    private static InputException CannotRead(string option, string path, Exception e) => new(
        $"{option}: cannot read {path}: "
        + $"{(File.Exists(path) || Directory.Exists(path) ? e.Message.ReplaceLineEndings(" ") : "there is no such file")}");
}
