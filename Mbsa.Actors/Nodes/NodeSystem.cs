using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Tracing;
using Mbsa.Vm;

namespace Mbsa.Actors.Nodes;

/// <summary>Makes actor systems that can be heard by others.</summary>
internal static class NodeSystem
{
    /// <summary>Version of the program.</summary>
    public static string Version { get; } =
        typeof(NodeSystem).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Makes one.</summary>
    /// <exception cref="InputException">It cannot listen there, or its certificate cannot be used.</exception>
    public static ActorSystem Create(NodeOptions options, Config configuration)
    {
        RequireCertificate(options.Certificate);
        try
        {
            return AkkaLog.CreateSystem(NodeConfiguration.SystemName(options.Secret), configuration, options.Trace ?? RunTrace.None);
        }
        catch (Exception unfit) when (unfit is not OutOfMemoryException)
        {
            throw new InputException($"cannot listen at {new NodeAddress(options.Host, options.Port)}: {Reason(unfit, options)}");
        }
    }

    // What binds wraps the reason several times, and its own words send the reader to an inner exception.
    private static string Reason(Exception unfit, NodeOptions options) => SocketProblem(unfit) switch
    {
        { SocketErrorCode: SocketError.AddressAlreadyInUse } => $"port {options.Port} is in use; name another port",
        { SocketErrorCode: SocketError.AddressNotAvailable } => $"{options.Host} is no address of this machine",
        { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            $"there is no machine called {options.Host}",
        { SocketErrorCode: SocketError.AccessDenied } => $"port {options.Port} is kept for the system; name one from 1024 on",
        { } other => other.Message,
        null => unfit.GetBaseException().Message,
    };

    private static SocketException? SocketProblem(Exception? unfit) => unfit switch
    {
        SocketException socket => socket,
        AggregateException several => several.InnerExceptions.Select(SocketProblem).FirstOrDefault(socket => socket is not null),
        _ => unfit is null ? null : SocketProblem(unfit.InnerException),
    };

    private static void RequireCertificate(NodeCertificate? certificate)
    {
        if (certificate is null)
        {
            return;
        }

        try
        {
            using var loaded = X509CertificateLoader.LoadPkcs12FromFile(certificate.Path, certificate.Password);
            if (!loaded.HasPrivateKey)
            {
                throw new InputException($"{certificate.Path} holds a certificate without its private key; "
                    + "'openssl pkcs12 -export' makes a file with both");
            }
        }
        catch (Exception unfit) when (unfit is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the certificate in {certificate.Path} cannot be used: {unfit.Message}");
        }
    }
}
