using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;

namespace Mbsa.Host.Tests.Cluster;

/// <summary>Real nodes with a secret and with certificates, as docs/CLUSTER.md sets them up, and strangers who come to them.</summary>
public sealed class SecuredNodeTests : IDisposable
{
    private const string Stranger = "it does not know us: its secret or its TLS is another, or it is no node of mbsa";

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-secured-").FullName;

    private string Scenario => Write("s.yaml", "duration: 20ms\nhosts: { count: 2, nvm: { size: "
        + "16MiB } }\nvms: [ { name: vm, count: 2, storage: { size: 1MiB }, workload: { rw: randrw } } ]\n");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_knows_the_secret_is_let_in_and_nobody_else()
    {
        string[] member = ["--secret-file", Write("secret", "correct horse battery staple")];
        await using var first = await NodeProcess.StartAsync(null, member);
        await using var second = await NodeProcess.StartAsync(first.Address, member);

        var (exitCode, output) = await NodeProcess.RunAsync(["run", Scenario, "--quiet", "--cluster", second.Address, .. member]);
        Assert.True(exitCode == ExitCode.Ok, output);

        AssertRefused(await NodeProcess.RunAsync("run", Scenario, "--cluster",
            first.Address, "--secret-file", Write("other", "incorrect horse battery")));
        AssertRefused(await NodeProcess.RunAsync("node", "--listen", "127.0.0.1:0", "--seed", first.Address));
    }

    [Fact]
    public async Task Who_has_a_certificate_of_the_clusters_authority_is_let_in_and_nobody_else()
    {
        string[] password = ["--tls-password-file", Write("password", "swordfish")];
        var (authority, node) = TestCertificate.WriteSigned(_folder, "ours", "swordfish");
        var (_, stranger) = TestCertificate.WriteSigned(_folder, "theirs", "swordfish");
        string[] member = ["--tls-cert", node, .. password];
        await using var first = await NodeProcess.StartTrustingAsync(authority, null, member);
        await using var second = await NodeProcess.StartTrustingAsync(authority, first.Address, member);

        var (exitCode, output) = await NodeProcess.RunTrustingAsync(authority,
            ["run", Scenario, "--quiet", "--cluster", second.Address, .. member]);
        Assert.True(exitCode == ExitCode.Ok, output);

        AssertRefused(await NodeProcess.RunTrustingAsync(authority,
            ["run", Scenario, "--cluster", first.Address, "--tls-cert", stranger, .. password]));
        AssertRefused(await NodeProcess.RunAsync("run", Scenario, "--cluster", first.Address));
    }

    private static void AssertRefused((int ExitCode, string Output) ended)
    {
        Assert.Equal(ExitCode.BadInput, ended.ExitCode);
        Assert.EndsWith(Stranger, Assert.Single(ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
