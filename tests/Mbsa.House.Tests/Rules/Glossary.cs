using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>
/// One word for one thing: names in the program's code are made of the words of docs/ARCHITECTURE.md's glossary, and not of others that
/// mean the same, or of one word for two things.
/// </summary>
internal sealed partial class Glossary : IRule
{
    /// <summary>The words that are not used, each with what to use for it.</summary>
    public static IReadOnlyList<GlossaryTerm> Terms { get; } =
    [
        new("most", "max"),
        new("least", "min"),
        new("move|moves|moved|moving", "migrate for a VM, relocate for a block, copy for bytes"),
        new("tenant|tenants", "claim for what a VM asks of its host: a tenant is a customer") { Only = "Mbsa.Cores/" },
        new("engine|engines", "conductor or client: an engine is fio's ioengine")
        { Except = ["Mbsa.Vm/"] },
        new("gate|gates", "another word: a gate opens and shuts an NVM area to stores")
        { Except = ["Mbsa.Nvm/", "Mbsa.Vm/Storage/", "Mbsa.Vm/Vcpus/"] },
        new("session|sessions", "another word: a session is a VCPU's own way to a disk") { Except = ["Mbsa.Vm/", "Mbsa.Actors/Vms/"] },
    ];

    /// <summary>Names of .NET's own, what fio calls an engine, and two that say what min and max do not.</summary>
    private static readonly string[] _others =
        ["MoveNext", "MoveToImmutable", "ReadAtLeast", "IoEngine", "Engine", "engine", "AtLeast", "AtMost"];

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsProduction
        from name in Name().Matches(source.Code)
        where !_others.Contains(name.Value) && !OfFiles().IsMatch(source.Code[Math.Max(0, name.Index - 10)..name.Index])
        from term in Terms
        where term.IsFor(source.Path) && Word().Matches(name.Value).Any(word => term.Is(word.Value))
        select new Finding(source.Path, source.LineOf(name.Index),
            $"'{name.Value}' is none of the glossary's words", $"write {term.Instead}");

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Name();

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(?:File|Directory)\.$")]
    private static partial Regex OfFiles();
}
