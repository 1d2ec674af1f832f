namespace Mbsa.House.Tests.Reading;

/// <summary>What a type has: a method, a constructor, a property, a field.</summary>
/// <param name="Head">What is before its body or its value, on one line.</param>
/// <param name="Line">The line its head begins on, from 1.</param>
/// <param name="EndLine">The line it ends on.</param>
/// <param name="IsField">Whether it is a field: no body, no parameters.</param>
internal sealed record Member(string Head, int Line, int EndLine, bool IsField)
{
    /// <summary>Its lines, head and braces included.</summary>
    public int Lines => EndLine - Line + 1;

    /// <summary>Its name.</summary>
    public string Name => HeadText.NameIn(Head);
}
