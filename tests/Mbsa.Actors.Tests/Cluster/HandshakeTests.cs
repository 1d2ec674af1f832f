using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Mbsa.Actors.Nodes;
using Mbsa.Actors.Wire;
using Mbsa.Vm;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>Whoever does not belong to a cluster is told so in one line.</summary>
[Collection("cluster")]
public sealed class HandshakeTests : IDisposable
{
    /// <summary>Of those who will never be answered: how long they wait does not matter.</summary>
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Wrong_secret_another_version_and_another_configuration_are_turned_away()
    {
        await using var node = await ClusterNode.StartAsync(ClusterLab.Options() with { Secret = "right" });
        var member = ClusterLab.Options() with { Secret = "right", Seeds = [node.Address] };

        Assert.Contains("its secret or its TLS is another", await WhyNotAsync(member with { Secret = "wrong", KnockPatience = _short }));
        Assert.Contains("its secret or its TLS is another", await WhyNotAsync(member with { Secret = null, KnockPatience = _short }));
        Assert.Contains("its configuration is 'stable after 2 s, no TLS', this one's is 'stable after 9 s, no TLS'",
            await WhyNotAsync(member with { StableAfterSeconds = 9 }));
        Assert.Contains("its secret or its TLS is another", (await Assert.ThrowsAsync<InputException>(
            () => ClusterRun.SubmitAsync(ClusterLab.Scenario(1, 1), node.Address,
                ClusterLab.Options() with { Secret = "wrong", KnockPatience = _short }))).Message);

        var old = await Knock.DoorOf(node.System, node.Address.ToString()).Ask<Unwelcome>(new Hello(0, "0.0.9", null));
        Assert.Contains("does not understand version 0.0.9", old.Reason);
        var other = await Knock.DoorOf(node.System, node.Address.ToString()).Ask<Unwelcome>(new Hello(WireFormat.Version, "9.9.9", null));
        Assert.Contains("does not understand version 9.9.9", other.Reason);

        await using var joined = await ClusterNode.StartAsync(member);
        await ClusterLab.UntilAsync(() => joined.Members == 2);
    }

    [Fact]
    public async Task No_cluster_and_a_port_that_is_taken_are_one_line_each()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal($"cannot listen at 127.0.0.1:{taken}: port {taken} is in use; name another port",
            await WhyNotAsync(ClusterLab.Options() with { Port = taken }));
        Assert.Contains("192.0.2.1 is no address of this machine", await WhyNotAsync(ClusterLab.Options() with { Host = "192.0.2.1" }));
        Assert.Contains("it is no node of mbsa", await WhyNotAsync(ClusterLab.Options() with
        {
            Seeds = [new NodeAddress("127.0.0.1", taken)],
            KnockPatience = _short,
        }));
        listener.Stop();
        Assert.Contains("no node of a cluster can be reached at", (await Assert.ThrowsAsync<InputException>(
            () => ClusterRun.SubmitAsync(ClusterLab.Scenario(1, 1), new NodeAddress("127.0.0.1", taken), ClusterLab.Options()))).Message);
    }

    [Fact]
    public async Task Second_run_is_told_that_the_cluster_is_busy()
    {
        await using var node = await ClusterNode.StartAsync(ClusterLab.Options());
        var first = await ClusterRun.SubmitAsync(ClusterLab.Scenario(2, 4) with
        { Name = "long", DurationNs = 600_000 * Lab.Millisecond }, node.Address, ClusterLab.Options());
        await ClusterLab.UntilAsync(() => first.Snapshot().ClockNs > 0);
        var second = await ClusterRun.SubmitAsync(ClusterLab.Scenario(1, 1), node.Address, ClusterLab.Options());
        Assert.Equal("the cluster is busy with a run of 'long'",
            (await Assert.ThrowsAsync<InputException>(() => second.Completion)).Message);

        first.Interrupt();
        var result = await first.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.Interrupted);
        Assert.All(result.Totals(), operations => Assert.True(operations > 0));
    }

    [Fact]
    public async Task Nodes_with_certificates_that_trust_each_other_form_a_cluster_and_strangers_do_not_get_in()
    {
        var (own, other) = (Certificate("own"), Certificate("other"));
        using var trusted = new X509Store(StoreName.Root, StoreLocation.CurrentUser);
        trusted.Open(OpenFlags.ReadWrite);
        using var authority = X509CertificateLoader.LoadPkcs12FromFile(own.Path, own.Password);
        trusted.Add(authority);
        try
        {
            var options = ClusterLab.Options() with { Certificate = own };
            await using var first = await ClusterNode.StartAsync(options);
            await using var second = await ClusterNode.StartAsync(options with { Seeds = [first.Address] });
            await ClusterLab.UntilAsync(() => second.Members == 2);
            Assert.Contains("its TLS is another", await WhyNotAsync(options with
            {
                Certificate = other,
                Seeds = [first.Address],
                KnockPatience = _short,
            }));
            Assert.Contains("its TLS is another", await WhyNotAsync(ClusterLab.Options() with
            {
                Seeds = [first.Address],
                KnockPatience = _short,
            }));
        }
        finally
        {
            trusted.Remove(authority);
        }
    }

    private NodeCertificate Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(_folder, name + ".pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "pass"));
        return new NodeCertificate(path, "pass");
    }

    private static async Task<string> WhyNotAsync(NodeOptions options) =>
        (await Assert.ThrowsAsync<InputException>(() => ClusterNode.StartAsync(options))).Message;
}
