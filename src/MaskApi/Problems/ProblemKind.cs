namespace MaskApi.Problems;

/// <summary>One way in which a request can be refused or fail: a row of the contract's table of errors.</summary>
/// <param name="Code">Stable, machine-readable name: the <c>code</c> of the problem document.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">Title of the kind of problem, the same for every occurrence.</param>
/// <param name="Example">An example of a <c>detail</c>, for the OpenAPI document.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, string Example)
{
    /// <summary>The URI that identifies this kind (RFC 9457, section 3.1.1).</summary>
    public string Type => $"urn:problem-type:maskapi:{Code}";
}
