/** What the stand-in reads: reports as a security host writes them. */
export const REPORTS: readonly string[] = [
  'At 21:14 a person in a dark jacket walked up the driveway, stood at the front door for nine seconds and left a package on the step. The porch light was on and the doorbell was not rung.',
  'A white delivery van stopped across the street with its engine running. The driver looked at the house twice, wrote something down and drove away towards the main road.',
  'Two children and a brown dog crossed the garden from the left fence to the gate. The dog stopped near the flower bed. Motion lasted forty seconds and the risk is low.',
  'The camera over the garage saw a bicycle lean against the wall at 02:37. No person was in view for the next six minutes. The licence plate reader had nothing to read.',
  'Rain and wind moved the branches in front of the driveway camera. Weather classification says heavy rain with 0.93. Eleven alerts were merged into one because nothing else moved.',
  'A vehicle with damage at the front left door parked in the driveway. Its plate belongs to a known guest. The guest entered by the side door with the code of the household.',
  'A cat sat in front of the back door between 05:50 and 06:10. The pet classifier is certain. The household asked not to be told about cats before seven in the morning.',
  'An unknown person tried the handle of the back door, looked through the kitchen window and ran when the light went on. Faces were not visible. The risk is high and the owner was called.',
];
