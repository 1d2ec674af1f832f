using Mbsa.Host.Serving;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Serving;

public sealed class ServeAddressTests
{
    [Theory]
    [InlineData("9000", "127.0.0.1:9000")]
    [InlineData("localhost:9000", "127.0.0.1:9000")]
    [InlineData("0.0.0.0:9000", "0.0.0.0:9000")]
    [InlineData("[::1]:9000", "[::1]:9000")]
    [InlineData("localhost", "127.0.0.1:9464")]
    [InlineData("0.0.0.0", "0.0.0.0:9464")]
    [InlineData("[::1]", "[::1]:9464")]
    public void An_address_is_a_port_or_an_ip_address_or_both(string text, string expected) =>
        Assert.Equal(expected, ServeAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("65536")]
    [InlineData("::1:9000")]
    [InlineData("example.org:80")]
    [InlineData("99999")]
    [InlineData("1.2.3")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:9464")]
    [InlineData("-1")]
    public void Anything_else_is_refused(string text) => Assert.Throws<InputException>(() => ServeAddress.Parse(text));

    [Theory]
    [InlineData("run --serve x.yaml", "run --serve=127.0.0.1:9464 x.yaml")]
    [InlineData("run --serve 9000 x.yaml", "run --serve 9000 x.yaml")]
    [InlineData("run x.yaml --serve", "run x.yaml --serve")]
    [InlineData("run x.yaml --serve --quiet", "run x.yaml --serve --quiet")]
    [InlineData("run --serve 0.0.0.0 x.yaml", "run --serve 0.0.0.0 x.yaml")]
    [InlineData("run --serve localhost x.yaml", "run --serve localhost x.yaml")]
    [InlineData("run --serve 99999 x.yaml", "run --serve 99999 x.yaml")]
    [InlineData("run --serve http://127.0.0.1:9464 x.yaml", "run --serve http://127.0.0.1:9464 x.yaml")]
    [InlineData("run x.yaml --serve localhost:http", "run x.yaml --serve localhost:http")]
    public void A_scenario_may_follow_the_bare_option(string line, string expected) =>
        Assert.Equal(expected.Split(' '), ServeAddress.Disambiguate(line.Split(' ')));
}
