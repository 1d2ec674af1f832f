namespace Mbsa.Host.Tests.Report;

internal static class Golden
{
    public const string Text = "";
}
