using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Results;

public sealed class StudyResultsTests
{
    const string Empty =
        """{"Name":"a","Title":"t","Notes":["n"],"Recipe":[],"Fingerprints":[],"Models":[{"Name":"base","Formula":"","Latex":"","Settings":[],"Seeds":[],"Seconds":1}],"Metrics":[],"Perplexities":[],"Curves":[],"Examples":[],"Sensitivities":[]}""";

    [Theory]
    [InlineData("\"t\"", "null")]
    [InlineData("\"Title\":\"t\",", "")]
    [InlineData("\"n\"", "null")]
    [InlineData("[\"n\"]", "null")]
    [InlineData("\"Recipe\":[]", "\"Recipe\":[null]")]
    [InlineData("\"t\"", "\"\\ud800\"")]
    [InlineData(
        "\"Sensitivities\":[]",
        "\"Sensitivities\":[{\"Model\":\"m\",\"Picture\":\"p\",\"Condition\":\"c\",\"Prompt\":\"p\",\"Tokens\":[\"a\"],\"Values\":[]}]"
    )]
    public void Results_with_something_missing_are_told_by_their_file(string part, string wrong)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(StudyResults.FileName), Empty);
        Assert.Equal("t", StudyResults.Load(folder.At()).Title);
        File.WriteAllText(folder.At(StudyResults.FileName), Empty.Replace(part, wrong));
        Assert.Contains(
            "results.json is not what a study writes; run the study again",
            Assert.Throws<UserException>(() => StudyResults.Load(folder.At())).Message
        );
    }
}
