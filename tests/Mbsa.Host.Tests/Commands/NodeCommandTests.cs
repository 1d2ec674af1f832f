using Mbsa.Actors.Nodes;
using Mbsa.Host.Commands;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Commands;

public sealed class NodeCommandTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly TestProgram _program = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-node-").FullName;

    public void Dispose()
    {
        _program.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_node_says_what_happens_and_leaves_when_it_is_asked_to()
    {
        var cluster = Joined(node =>
        {
            node.Say("member 127.0.0.1:5000 joined");
            _program.Interruption.Request();
        });

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("node"));

        Assert.True(cluster.WasLeft);
        Assert.Equal(("127.0.0.1", 4053, null, null, null), (cluster.Options!.Host, cluster.Options.Port,
            cluster.Options.AdvertisedHost, cluster.Options.Secret, cluster.Options.Certificate));
        Assert.Empty(cluster.Options.Seeds);
        Assert.Contains("member 127.0.0.1:5000 joined", _program.Output);
        Assert.Contains("node 127.0.0.1:4053 began a cluster; others join with 'mbsa node --seed 127.0.0.1:4053'", _program.Output);
        Assert.EndsWith("left\n", _program.Output.ReplaceLineEndings("\n"));
        Assert.Empty(_program.Errors);
    }

    [Fact]
    public async Task Its_options_say_where_it_listens_whom_it_joins_and_what_it_knows()
    {
        var cluster = Joined(_ => _program.Interruption.Request());

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync(
            "node", "--listen", "0.0.0.0:5001", "--advertise", "node-2.example", "--seed", "10.0.0.1",
            "[fe80::1]:5000", "--seed", "node-1.example:5000", "--secret-file", File("secret", Secret + "\nmore\n")));

        Assert.Equal(("0.0.0.0", 5001, "node-2.example", Secret),
            (cluster.Options!.Host, cluster.Options.Port, cluster.Options.AdvertisedHost, cluster.Options.Secret));
        Assert.Equal(["10.0.0.1:4053", "[fe80::1]:5000", "node-1.example:5000"], cluster.Options.Seeds.Select(seed => seed.ToString()));
        Assert.Contains("node node-2.example:5001 joined; Ctrl-C leaves", _program.Output);
    }

    [Theory]
    [InlineData("4053", "127.0.0.1:4053")]
    [InlineData("127.0.0.2", "127.0.0.2:4053")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("::1", "[::1]:4053")]
    [InlineData("[::1]", "[::1]:4053")]
    [InlineData("[::1]:77", "[::1]:77")]
    [InlineData("node.example:77", "node.example:77")]
    public void An_address_can_be_written_in_many_ways(string text, string expected) =>
        Assert.Equal(expected, NodeAddressText.Parse("--listen", text).ToString());

    [Theory]
    [InlineData("--listen", "1.2.3.4:http",
        "--listen: '1.2.3.4:http' is not an address; write a host and a port as in 10.0.0.1:4053 or [::1]:4053")]
    [InlineData("--listen", "1.2.3.4:99999", "--listen: '1.2.3.4:99999' is not an address")]
    [InlineData("--seed", "a b", "--seed: 'a b' is not an address")]
    [InlineData("--seed", "", "--seed: '' is not an address")]
    [InlineData("--listen", "10.0.0.1:4053", "--listen: at 10.0.0.1 whoever finds the port could join and run what he likes; "
        + "add --secret-file or --tls-cert, or say --insecure")]
    [InlineData("--listen", "0.0.0.0",
        "--listen: 0.0.0.0 is every address of this machine and none that others could reach; add --advertise with its name")]
    [InlineData("--advertise", "node-1:4053",
        "--advertise: 'node-1:4053' is no name or address that others could reach; the port is that of --listen")]
    [InlineData("--advertise", "0.0.0.0", "--advertise: '0.0.0.0' is no name or address that others could reach")]
    [InlineData("--secret-file", "/no/such/file", "--secret-file: cannot read /no/such/file: there is no such file")]
    [InlineData("--secret-file", "/", "--secret-file: cannot read /: ")]
    [InlineData("--tls-cert", "/no/such.pfx", "--tls-cert: cannot read /no/such.pfx: there is no such file")]
    [InlineData("--tls-password-file", "/no/such", "--tls-password-file: there is no --tls-cert that it could be the password of")]
    public async Task What_it_cannot_listen_join_or_prove_with_is_one_line_and_exit_code_2(string option, string value, string expected)
    {
        var cluster = Joined(_ => _program.Interruption.Request());

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("node", option, value));

        Assert.StartsWith($"mbsa: {expected}", Assert.Single(_program.Errors), StringComparison.Ordinal);
        Assert.Null(cluster.Options);
    }

    [Fact]
    public async Task Beyond_this_machine_it_listens_with_a_secret_or_on_ones_own_risk()
    {
        var cluster = Joined(_ => _program.Interruption.Request());

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("node", "--listen", "10.0.0.1:4053", "--insecure"));

        Assert.Equal(("10.0.0.1", null), (cluster.Options!.Host, cluster.Options.Secret));
    }

    [Theory]
    [InlineData("short", "has 5 characters, and a secret at least 16; 'openssl rand -hex 32 > ")]
    [InlineData("\n" + Secret, "is empty")]
    public async Task A_secret_anybody_could_guess_is_none(string text, string expected)
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("node", "--secret-file", File("secret", text)));

        Assert.Contains(expected, Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task A_certificate_is_opened_before_anything_else()
    {
        var cluster = Joined(_ => _program.Interruption.Request());
        var path = TestCertificate.Write(_folder, "node.pfx", "swordfish", DateTimeOffset.UtcNow.AddDays(1));

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("node", "--listen", "10.0.0.1",
            "--tls-cert", path, "--tls-password-file", File("password", "swordfish\n")));

        Assert.Equal(new NodeCertificate(path, "swordfish"), cluster.Options!.Certificate);
    }

    [Theory]
    [InlineData(1, "pikefish", "does not open; it is no PKCS #12 file (.pfx), or its password is another than that of --tls-password-file")]
    [InlineData(1, null, "does not open; it is no PKCS #12 file (.pfx), or needs --tls-password-file")]
    [InlineData(-1, "swordfish", "and not now")]
    public async Task A_certificate_that_proves_nothing_is_refused(int validDays, string? password, string expected)
    {
        _program.Cluster = new FakeCluster();
        var path = TestCertificate.Write(_folder, "node.pfx", "swordfish", DateTimeOffset.UtcNow.AddDays(validDays));
        string[] passwordFile = password is null ? [] : ["--tls-password-file", File("password", password)];

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync(["node", "--tls-cert", path, .. passwordFile]));

        Assert.Contains(expected, Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task A_cluster_that_does_not_take_it_is_one_line()
    {
        _program.Cluster = new FakeCluster { Fails = new InputException("the cluster at 10.0.0.1:4053 has another secret") };

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("node", "--seed", "10.0.0.1"));

        Assert.Equal("mbsa: the cluster at 10.0.0.1:4053 has another secret", Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task A_node_the_cluster_went_on_without_says_so_and_ends_with_1()
    {
        Joined(node => node.PutOut(new InputException("this node was cut off from the greater part of the cluster and ended itself")));

        Assert.Equal(ExitCode.Failed, await _program.InvokeAsync("node"));

        Assert.Equal("mbsa: this node was cut off from the greater part of the cluster and ended itself", Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task While_nobody_answers_it_can_be_interrupted()
    {
        _program.Cluster = new FakeCluster { IsSilent = true };

        var ended = _program.InvokeAsync("node", "--seed", "4054");
        _program.Interruption.Request();

        Assert.Equal(ExitCode.Interrupted, await ended);
    }

    private FakeCluster Joined(Action<FakeCluster> then)
    {
        var cluster = new FakeCluster { OnJoined = then };
        _program.Cluster = cluster;
        return cluster;
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
