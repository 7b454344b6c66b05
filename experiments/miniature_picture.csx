#load "../src/Scripting/svco.csx"
#r "../src/Scripting/bin/Release/SVco.Evaluation.dll"
#r "../src/Scripting/bin/Release/SVco.Miniature.dll"

// Draws studies of miniature.csx at a glance: svco run experiments/miniature_picture.csx docs/miniature.svg runs/miniature runs/miniature-own
using System.Collections.Immutable;
using System.IO;
using SVco.Evaluation.Results;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Study;

if (Args.Count is < 2 or > 4)
{
    Console.Error.WriteLine(
        "Give the picture to write and the folders of one to three studies, such as docs/miniature.svg runs/miniature."
    );
    return 2;
}

File.WriteAllText(Args[0], StudyPicture.Svg([.. Args.Skip(1).Select(StudyResults.Load)]));
return 0;
