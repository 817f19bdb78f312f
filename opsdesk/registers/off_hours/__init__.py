"""非工作时间场地使用申请 (F14): approved before it begins (T3-06), its coming and going, and whether both agree."""
